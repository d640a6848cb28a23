"use strict";
// Every word must occur in an entry, itself or another word for it; the address keeps what was looked for.
const groups = JSON.parse(document.getElementById("other-words").textContent);
const box = document.querySelector("input");
const shown = document.querySelector("output");
const articles = [...document.querySelectorAll("article")];
const chapters = [...document.querySelectorAll("main section")];
const texts = articles.map((a) => (a.id + " " + a.dataset.words + " " + a.querySelector(".sentence").textContent).toLowerCase());

function meanings(word) {
  return [word, ...groups.filter((group) => group.includes(word)).flat()];
}

function look() {
  const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean).map(meanings);
  let count = 0;
  articles.forEach((article, k) => {
    article.hidden = !wanted.every((words) => words.some((word) => texts[k].includes(word)));
    count += !article.hidden;
  });
  chapters.forEach((chapter) => { chapter.hidden = wanted.length > 0 && !chapter.querySelector("article:not([hidden])"); });
  shown.textContent = `${count} ${count === 1 ? "entry" : "entries"}`;
}

box.addEventListener("input", look);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
  if (event.key === "Escape") { box.value = ""; look(); }
});
// A link to an entry shows it, whatever was looked for.
window.addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.closest("[hidden]")) { box.value = ""; look(); target.scrollIntoView(); }
});
look();

"""The works that entries cite, by key."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORKS: dict[str, str] = {
    "abramowitz1964": "Abramowitz and Stegun, Handbook of Mathematical Functions, 1964.",
    "amari2016": "Amari, Information Geometry and Its Applications, 2016.",
    "ba2016": "Ba, Kiros and Hinton, Layer Normalization, 2016.",
    "bishop2006": "Bishop, Pattern Recognition and Machine Learning, 2006.",
    "boyd2004": "Boyd and Vandenberghe, Convex Optimization, 2004.",
    "brier1950": "Brier, Verification of Forecasts Expressed in Terms of Probability, 1950.",
    "casella2002": "Casella and Berger, Statistical Inference, 2nd edition, 2002.",
    "chen2023": "Chen and others, Symbolic Discovery of Optimization Algorithms, 2023.",
    "clevert2016": "Clevert, Unterthiner and Hochreiter, Exponential Linear Units, 2016.",
    "cohen1960": "Cohen, A Coefficient of Agreement for Nominal Scales, 1960.",
    "cover2006": "Cover and Thomas, Elements of Information Theory, 2nd edition, 2006.",
    "dempster1977": "Dempster, Laird and Rubin, Maximum Likelihood from Incomplete Data via the EM Algorithm, 1977.",
    "duchi2011": "Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011.",
    "glorot2010": "Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Networks, 2010.",
    "goodfellow2014": "Goodfellow and others, Generative Adversarial Nets, 2014.",
    "goodfellow2016": "Goodfellow, Bengio and Courville, Deep Learning, 2016.",
    "gutmann2010": "Gutmann and Hyvärinen, Noise-Contrastive Estimation, 2010.",
    "hadsell2006": "Hadsell, Chopra and LeCun, Dimensionality Reduction by Learning an Invariant Mapping, 2006.",
    "hanley1982": "Hanley and McNeil, The Meaning and Use of the Area under a ROC Curve, 1982.",
    "hastie2009": "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition, 2009.",
    "he2015": "He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015.",
    "hendrycks2016": "Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.",
    "hinton2015": "Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015.",
    "ho2020": "Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, 2020.",
    "horn2013": "Horn and Johnson, Matrix Analysis, 2nd edition, 2013.",
    "huber1964": "Huber, Robust Estimation of a Location Parameter, 1964.",
    "ioffe2015": "Ioffe and Szegedy, Batch Normalization, 2015.",
    "kingma2014": "Kingma and Welling, Auto-Encoding Variational Bayes, 2014.",
    "kingma2015": "Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015.",
    "klambauer2017": "Klambauer and others, Self-Normalizing Neural Networks, 2017.",
    "koenker1978": "Koenker and Bassett, Regression Quantiles, 1978.",
    "lin2017": "Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection, 2017.",
    "loshchilov2019": "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.",
    "mardia2000": "Mardia and Jupp, Directional Statistics, 2000.",
    "matthews1975": "Matthews, Comparison of Predicted and Observed Secondary Structure of T4 Phage Lysozyme, 1975.",
    "mccullagh1989": "McCullagh and Nelder, Generalized Linear Models, 2nd edition, 1989.",
    "milletari2016": "Milletari, Navab and Ahmadi, V-Net: Volumetric Segmentation, 2016.",
    "misra2019": "Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019.",
    "murphy2022": "Murphy, Probabilistic Machine Learning: An Introduction, 2022.",
    "nesterov1983": "Nesterov, A Method of Solving a Convex Programming Problem with Convergence Rate O(1/k^2), 1983.",
    "nesterov2018": "Nesterov, Lectures on Convex Optimization, 2nd edition, 2018.",
    "nocedal2006": "Nocedal and Wright, Numerical Optimization, 2nd edition, 2006.",
    "oord2018": "van den Oord, Li and Vinyals, Contrastive Predictive Coding, 2018.",
    "petersen2012": "Petersen and Pedersen, The Matrix Cookbook, 2012.",
    "polyak1964": "Polyak, Some Methods of Speeding up the Convergence of Iteration Methods, 1964.",
    "rafailov2023": "Rafailov and others, Direct Preference Optimization, 2023.",
    "ramachandran2017": "Ramachandran, Zoph and Le, Searching for Activation Functions, 2017.",
    "rasmussen2006": "Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006.",
    "rezende2015": "Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015.",
    "robbins1951": "Robbins and Monro, A Stochastic Approximation Method, 1951.",
    "rudin1976": "Rudin, Principles of Mathematical Analysis, 3rd edition, 1976.",
    "schroff2015": "Schroff, Kalenichenko and Philbin, FaceNet, 2015.",
    "schulman2017": "Schulman and others, Proximal Policy Optimization Algorithms, 2017.",
    "shalev2014": "Shalev-Shwartz and Ben-David, Understanding Machine Learning, 2014.",
    "shazeer2020": "Shazeer, GLU Variants Improve Transformer, 2020.",
    "song2021": "Song, Meng and Ermon, Denoising Diffusion Implicit Models, 2021.",
    "srivastava2014": "Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout, 2014.",
    "sutton2018": "Sutton and Barto, Reinforcement Learning: An Introduction, 2nd edition, 2018.",
    "szegedy2016": "Szegedy and others, Rethinking the Inception Architecture, 2016.",
    "tibshirani1996": "Tibshirani, Regression Shrinkage and Selection via the Lasso, 1996.",
    "tieleman2012": "Tieleman and Hinton, RMSProp, lecture 6.5, 2012.",
    "vapnik1995": "Vapnik, The Nature of Statistical Learning Theory, 1995.",
    "vaswani2017": "Vaswani and others, Attention Is All You Need, 2017.",
    "wasserman2004": "Wasserman, All of Statistics, 2004.",
    "welford1962": "Welford, Note on a Method for Calculating Corrected Sums of Squares and Products, 1962.",
    "williams1992": "Williams, Simple Statistical Gradient-Following Algorithms, 1992.",
    "zhang2019": "Zhang and Sennrich, Root Mean Square Layer Normalization, 2019.",
    "zou2005": "Zou and Hastie, Regularization and Variable Selection via the Elastic Net, 2005.",
}

_KEY = re.compile(r"[a-z]+\d{4}")


def keys(source: str) -> Iterator[str]:
    """The keys of the bibliography that a source names."""
    for part in source.split(";"):
        words = part.strip()
        if not words.startswith("cheatsheet"):
            yield from _KEY.findall(words) or [words]


def unknown(source: str) -> list[str]:
    """What a source names that is neither an item of the inventory nor a work."""
    from symml.catalog.inventory import cited, items

    wrong = [key for key in keys(source) if key not in WORKS]
    return wrong + [number for number in cited(source) if number not in items()]

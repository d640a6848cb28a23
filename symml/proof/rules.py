"""The rules of derivations: what each is called, what it says, and where the book has more about it."""

from __future__ import annotations

from dataclasses import dataclass

from symml.calculus.conventions import CONVENTIONS
from symml.calculus.simplify import RULES as REWRITES


@dataclass(frozen=True)
class Note:
    """A rule that a step can name.

    Attributes:
        id: The place on the page of rules.
        name: How a step's reason begins.
        sentence: What the rule says.
        entries: Entries of the book that state or use it, for ``symml show``.
    """

    id: str
    name: str
    sentence: str
    entries: tuple[str, ...] = ()


def _note(name: str, sentence: str, *entries: str) -> Note:
    return Note(_place(name), name, sentence, entries)


def _place(name: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in name.lower()).split()
    return "-".join(words)


TELLING = (
    _note("definition", "What is differentiated, as it was given."),
    _note("name the stage", "A stage of the computation gets a name; later lines use it."),
    _note("by entries", "A stage written by its entries, with explicit sums."),
    _note("put the stages back in", "Every name is replaced by what it stands for, and the result simplified."),
    _note("put in the differential", "The differential of a stage is replaced by its formula."),
    _note(
        "collect",
        "A trace is cyclic, so every factor can be moved to the left of the differential: <A, B dX> = <B'A, dX>.",
        "matrices.trace_cyclic_eq",
        "matrices.frobenius_inner_eq",
    ),
    _note(
        "read off the gradient", "Where dL = <G, dX> for every dX, the gradient is G.", "gradients.vector_jacobian_grad"
    ),
    _note(
        "read off the derivative",
        "Where dF = J dX for every dX, the derivative is J.",
        "gradients.jacobian_chain_jacobian",
    ),
    _note("every path is flat", "The variable moves nothing, so the derivative is zero."),
    _note("the same in matrix notation", "The entry just found is the entry of this array."),
)
CALCULUS = (
    _note(
        "sum rule", "The differential of a sum is the sum of the differentials.", "differentiation_rules.sum_rule_deriv"
    ),
    _note("linearity", "A constant factor stays in front.", "differentiation_rules.constant_factor_deriv"),
    _note(
        "product rule",
        "Each factor in turn is differentiated, the others kept in their order; it holds for every product of arrays.",
        "differentiation_rules.product_rule_deriv",
        "gradients.layer_weight_grad",
    ),
    _note("power rule", "The exponent comes down and falls by one, entry by entry.", "derivative_table.power_deriv"),
    _note(
        "chain rule",
        "The slope of the outer function at the inner value, times the differential of the inner.",
        "gradients.chain_rule_deriv",
    ),
    _note(
        "differential of the inverse", "d(A^-1) = -A^-1 dA A^-1, from d(A A^-1) = 0.", "matrices.inverse_eq_identity"
    ),
    _note(
        "Jacobi's formula",
        "The differential of a determinant: d det A = det A tr(A^-1 dA).",
        "differentiation_rules.det_grad",
    ),
    _note("d log|det A|", "The differential of a log-determinant is tr(A^-1 dA).", "differentiation_rules.det_grad"),
    _note(
        "d lambda",
        "An eigenvalue of a symmetric matrix moves with u' dA u, where eigenvalues are distinct.",
        "decompositions.eigen_factors_eq",
    ),
    _note(
        "dU",
        "Eigenvectors turn toward each other, faster where their eigenvalues are close.",
        "decompositions.eigen_factors_eq",
    ),
    _note(
        "dL = L phi",
        "A Cholesky factor moves by the lower triangle of L^-1 dA L^-T, its diagonal halved.",
        "decompositions.cholesky_example_eq",
    ),
    _note("the derivative of a sum is the sum of the derivatives", "Term by term; an infinite sum must allow it."),
    _note(
        "Leibniz's rule",
        "The derivative goes under the integral, and each end adds the integrand there times its slope.",
    ),
    _note(
        "the derivative of a mean is the mean of the derivative",
        "Derivative and expectation are exchanged.",
        "generative.reparameterization_grad",
    ),
)
NETWORKS = (
    _note("a layer", "A layer is an affine map and a function: z = W a + b, a = s(z).", "gradients.layer_weight_grad"),
    _note("the loss", "What the network is trained on."),
    _note(
        "the output layer",
        "The delta of the last layer comes from the loss alone.",
        "losses.softmax_ce_grad",
        "losses.bce_logits_grad",
    ),
    _note(
        "delta recursion",
        "What reaches a layer is pulled back through the next layer's weights, times the slope.",
        "gradients.two_layer_grad",
        "gradients.layer_input_grad",
    ),
    _note(
        "the weights of a layer",
        "The delta of the layer times its input.",
        "gradients.layer_weight_grad",
        "gradients.batch_layer_grad",
    ),
    _note("the bias of a layer", "The delta of the layer; over a batch it is summed.", "gradients.layer_bias_grad"),
)
FACTS = (
    _note(
        "the domain of the variable",
        "An equation that the variable satisfies by its domain is used, now that all derivatives are taken.",
    ),
    *(_note(name, sentence[:1].upper() + sentence[1:] + ".") for name, sentence in CONVENTIONS.items()),
)
_SENTENCES = {
    "zero times anything is zero": "A product with a zero factor is zero where the other factors are defined.",
    "declared facts: b b = b, s s = 1": "A 0/1 variable is its own square, and the square of a sign is one.",
    "the entries sum to one": "A one-hot row, a point of the simplex and a softmax sum to one.",
    "an inverse cancels": "A matrix times its inverse is the identity.",
    "a power of a power": "Exponents multiply.",
    "an even power forgets the sign": "An even power of -x is that of x.",
    "log and exp are inverse": "log exp x = x, and exp log x = x where x is positive.",
    "an inverse undone": "The inverse of an inverse is the matrix itself.",
    "functions of the identity": "The identity is its own inverse, and its determinant is one.",
    "max(x, 0) is relu(x)": "The larger of a number and zero.",
    "the sign is known": "The declared domain decides the comparison, the sign or the absolute value.",
    "both choices agree": "A choice between equals is no choice.",
    "a sign times its own value": "sign(x) x = |x|.",
    "log-sum-exp": "The logarithm of a sum of exponentials is recognized.",
    "exponentials over their sum are softmax": "exp(z) over its sum is recognized as softmax.",
    "softmax forgets a shift": "softmax(z + c) = softmax(z) for a c that is the same along its axes.",
    "softmax and its logarithm": "log softmax and exp log-softmax are recognized.",
    "log(1 + e^u) is softplus(u)": "The smooth version of relu is recognized.",
    "1/(1 + e^u) is sigmoid(-u)": "The logistic function is recognized.",
    "e^u sigmoid(-u) is sigmoid(u)": "The two tails of the logistic function belong together.",
    "the logarithm of a sigmoid": "log sigmoid(u) = -softplus(-u).",
    "collect like terms": "Equal terms are added, with their coefficients.",
    "multiply out and cancel": "A product is multiplied out where terms then cancel.",
    "take out the common factor": "A factor that every term has is written once, on its own side.",
    "a delta makes a diagonal": "A Kronecker delta between two axes makes a diagonal matrix.",
    "a centered vector sums to zero": "Deviations from a mean sum to zero.",
    "the trace of a sum": "The trace of a sum is the sum of the traces.",
    "what does not depend on the variable comes out": "A constant leaves a sum, an integral or an expectation.",
}
_BOOK = {
    "the entries sum to one": ("activations.softmax_sum_eq_one",),
    "an inverse cancels": ("matrices.inverse_eq_identity",),
    "log-sum-exp": ("activations.logsumexp_grad",),
    "softmax forgets a shift": ("activations.softmax_shift_stable",),
    "softmax and its logarithm": ("activations.log_softmax_def",),
    "log(1 + e^u) is softplus(u)": ("activations.softplus_deriv",),
    "1/(1 + e^u) is sigmoid(-u)": ("activations.sigmoid_symm",),
    "the trace of a sum": ("matrices.trace_cyclic_eq",),
}
ALGEBRA = tuple(
    _note(name, _SENTENCES[name], *_BOOK.get(name, ()))
    for name in dict.fromkeys(row.name for row in REWRITES if not row.quiet)
    if name in _SENTENCES
)
CHAPTERS = {
    "Telling": TELLING,
    "Rules of calculus": CALCULUS,
    "Networks": NETWORKS,
    "Facts and conventions": FACTS,
    "Algebra": ALGEBRA,
}
_NOTES = {note.name: note for notes in CHAPTERS.values() for note in notes}
_SLOPES = {
    "sigmoid": "activations.sigmoid_deriv",
    "tanh": "activations.tanh_deriv",
    "relu": "activations.relu_deriv",
    "leaky_relu": "activations.leaky_relu_deriv",
    "elu": "activations.elu_deriv",
    "softplus": "activations.softplus_deriv",
    "silu": "activations.silu_deriv",
    "gelu": "activations.gelu_deriv",
    "mish": "activations.mish_deriv",
    "logit": "activations.logit_deriv",
    "softmax": "activations.softmax_jacobian",
    "log_softmax": "pitfalls.log_softmax_sum_grad",
    "logsumexp": "activations.logsumexp_grad",
    "exp": "derivative_table.exp_deriv",
    "expm1": "derivative_table.expm1_deriv",
    "log": "derivative_table.log_deriv",
    "log1p": "derivative_table.log1p_deriv",
    "sin": "derivative_table.sin_deriv",
    "cos": "derivative_table.cos_deriv",
    "tan": "derivative_table.tan_deriv",
    "arcsin": "derivative_table.arcsin_deriv",
    "arctan": "derivative_table.arctan_deriv",
    "sinh": "derivative_table.sinh_deriv",
    "cosh": "derivative_table.cosh_deriv",
    "erf": "derivative_table.erf_deriv",
    "normal_cdf": "derivative_table.normal_cdf_deriv",
    "normal_pdf": "derivative_table.normal_pdf_deriv",
    "lgamma": "derivative_table.lgamma_deriv",
}
_OF = "the derivative of "


def notes_of(reason: str) -> tuple[Note, ...]:
    """The notes on every rule that a reason names; a reason names several with semicolons between.

    Raises:
        KeyError: The reason is not of the closed vocabulary.
    """
    return tuple(_note_of(part) for part in reason.split("; "))


def _note_of(part: str) -> Note:
    if part in _NOTES:
        return _NOTES[part]
    name, _, rest = part.partition(": ")
    if name == "chain rule" and rest.startswith(_OF):
        entry = _SLOPES.get(rest.removeprefix(_OF))
        note = _NOTES[name]
        return Note(note.id, note.name, note.sentence, (entry,) if entry else note.entries)
    if name in _NOTES:
        return _NOTES[name]
    if " is " in part and name == part:
        return _NOTES["the domain of the variable"]
    head, equals, _ = part.partition(" = ")
    return _NOTES["dL = L phi" if part.startswith("dL = L phi") else head if equals else part]

"""The words of mathematics: relations, operators with their binding powers, functions by the names people give them."""

from __future__ import annotations

from symml.read.math.tree import set_of

RELATIONS = {
    "=": "==", r"\le": "<=", r"\ge": ">=", "<": "<", ">": ">", r"\ne": "!=", r"\approx": "~=", r"\equiv": "==",
    ":=": ":=", r"\propto": "proportional", r"\sim": "~", r"\leftarrow": "<-", r"\to": "->", r"\in": "in",
    r"\Rightarrow": "=>", r"\Leftrightarrow": "<=>", r"\mapsto": "|->", r"\succ": "succ", r"\succeq": "succeq",
    r"\preceq": "preceq", r"\prec": "prec", r"\subset": "subset", r"\subseteq": "subset", r"\notin": "not in",
    r"\perp": "independent", r"\ll": "<<", r"\gg": ">>",
}  # fmt: skip

# The levels of operators, from loose to tight; juxtaposition is the empty operator.
SET, SUM, HADAMARD, PRODUCT = range(4)
LEVELS: tuple[tuple[str, frozenset[str]], ...] = (
    ("set", frozenset([r"\cup", r"\cap", r"\wedge", r"\vee", r"\setminus"])),
    ("sum", frozenset(["+", "-", r"\pm", r"\mp"])),
    ("hadamard", frozenset([r"\odot", r"\oslash", r"\circ"])),
    ("product", frozenset(["", r"\cdot", r"\times", "*", "/", r"\otimes", r"\oplus"])),
)
INFIX = frozenset(op for _, ops in LEVELS for op in ops if op)

# Functions of one or more arguments: the name people write, and the function in symml.
_SAME = set_of(
    """exp log sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh erf erfc sigmoid softplus gelu silu mish elu relu
    logit floor ceil rint gamma digamma polygamma lgamma xlogy logaddexp softmax logsumexp det sign log1p expm1 log2
    log10"""
)
FUNCTIONS: dict[str, str] = {name: name for name in _SAME} | {
    "ln": "log", "lg": "log10", "Tr": "tr", "trace": "tr", "tr": "tr", "ReLU": "relu", "RELU": "relu", "ELU": "elu",
    "SiLU": "silu", "GELU": "gelu", "swish": "silu", "Swish": "silu", "Mish": "mish", "sgn": "sign", "sig": "sigmoid",
    "logistic": "sigmoid", "expit": "sigmoid", "Softmax": "softmax", "SoftMax": "softmax", "LSE": "logsumexp",
    "lse": "logsumexp", "logsoftmax": "log_softmax", "LogSumExp": "logsumexp", "diag": "diag", "Diag": "diag",
    "logsigmoid": "log_sigmoid", "leakyrelu": "leaky_relu", "LeakyReLU": "leaky_relu", "asin": "arcsin",
    "atan2": "arctan2", "round": "rint",
    "acos": "arccos", "atan": "arctan", "arsinh": "arcsinh", "arcosh": "arccosh", "artanh": "arctanh",
    "arcsinh": "arcsinh", "arccosh": "arccosh", "arctanh": "arctanh", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh", "abs": "abs", "sqrt": "sqrt", "sech": "sech", "csch": "csch", "coth": "coth", "cot": "cot",
    "sec": "sec", "csc": "csc", "logdet": "logdet", "inv": "inv", "onehot": "onehot", "Softplus": "softplus",
    "Sigmoid": "sigmoid", "Tanh": "tanh", "mean": "mean", "avg": "mean", "dot": "dot", "clip": "clip",
    "power": "power", "pow": "power", "vec": "vec", "rank": "rank", "where": "where", "softsign": "softsign",
    "log_softmax": "log_softmax",
    "logSigmoid": "log_sigmoid", "LogSigmoid": "log_sigmoid", "leaky_relu": "leaky_relu", "log_sigmoid": "log_sigmoid",
    "normal_cdf": "normal_cdf", "normal_pdf": "normal_pdf", "arg": "arg", "erfinv": "erfinv",
    "eigvals": "eigvals", "eigvecs": "eigvecs", "cholesky": "cholesky", "sort": "sort",
    "cumsum": "cumsum", "tril": "tril", "triu": "triu",
    "arctan2": "arctan2", "floor": "floor", "ceil": "ceil",
}  # fmt: skip
# Letters that are functions where they are not declared and stand before a bracket.
LETTER_FUNCTIONS = {
    r"\sigma": "sigmoid", r"\Phi": "normal_cdf", r"\varphi": "normal_pdf", r"\Gamma": "gamma", r"\psi": "digamma",
    r"\mathrm{B}": "beta",
}  # fmt: skip
# Functions whose -1 above is the inverse function.
INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "sinh": "arcsinh", "cosh": "arccosh", "tanh": "arctanh",
    "sigmoid": "logit", "exp": "log", "log": "exp",
}  # fmt: skip
# Quantities that are written as words of capitals.
METRICS = set_of("TP TN FP FN TPR FPR TNR FNR MSE RMSE MAE RSS TSS ESS SSE SST SSR AUC NLL ELBO Var Cov KL")
# Words that the parser itself understands.
OPERATORS = set_of("max min sup inf argmax argmin lim sum prod arg Pr")
COMMANDS = set_of(
    r"""\exp \log \ln \lg \sin \cos \tan \arcsin \arccos \arctan \sinh \cosh \tanh \det \sec \csc \cot
    \coth \tr \Tr \diag \softmax \sigmoid \sign \sgn \relu \ReLU \erf \trace \rank \logit"""
)


def is_function(word: str) -> bool:
    """Whether a word names a function."""
    return word in FUNCTIONS

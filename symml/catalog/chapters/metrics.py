"""Metrics of classification and regression.

A quotient has no value where its denominator is zero (no predicted positives, a constant target): the domains say so.

Main results: ``f1_eq_counts``, ``fbeta_recall_limit``, ``mcc_eq_rates``, ``r_squared_def``, ``rmse_example_eq``.
Notation: ``tp fp fn tn`` are counts, ``P R`` precision and recall, ``y`` targets, ``q`` predictions.
References: cheatsheet 6, metrics.
"""

from fractions import Fraction

from symml.catalog import by
from symml.catalog.declare import (
    Chain,
    at_least,
    at_most,
    definition,
    example,
    identity,
    inequality,
    let,
    limit,
    rounded,
    tight,
)
from symml.catalog.domains import NonzeroVector, Positive, Unit, Vector
from symml.expr.build import array, mean, sqrt, sum, var
from symml.expr.functions import greater, less, log
from symml.expr.nodes import ONE


# ---- classification --------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 6.1", tags="metric classification accuracy")
def accuracy_def(tp: Positive, fp: Positive, fn: Positive, tn: Positive) -> Chain:
    """Accuracy is the share of right decisions."""
    yield (tp + tn) / (tp + tn + fp + fn)


@definition(source="cheatsheet 6.2", tags="metric classification precision")
def precision_def(tp: Positive, fp: Positive) -> Chain:
    """Precision is the share of predicted positives that are right; without predicted positives it is 0/0."""
    yield tp / (tp + fp)


@definition(source="cheatsheet 6.3", tags="metric classification recall sensitivity")
def recall_def(tp: Positive, fn: Positive) -> Chain:
    """Recall is the share of true positives that are found; without positives it is 0/0."""
    yield tp / (tp + fn)


@definition(source="cheatsheet 6.4", tags="metric classification specificity")
def specificity_def(tn: Positive, fp: Positive) -> Chain:
    """Specificity is the share of true negatives that are found."""
    yield tn / (tn + fp)


@identity(source="cheatsheet 6.4", tags="metric classification specificity false positive rate")
def false_positive_rate_eq(tn: Positive, fp: Positive) -> Chain:
    """The false positive rate is one less the specificity."""
    yield fp / (tn + fp)
    yield by.algebra, 1 - tn / (tn + fp)


@identity(source="cheatsheet 6.5", tags="metric classification f1 harmonic mean")
def f1_eq_harmonic(P: Unit, R: Unit) -> Chain:
    """F1 is the harmonic mean of precision and recall."""
    yield 2 * P * R / (P + R)
    yield by.algebra, 2 / (1 / P + 1 / R)


@identity(source="cheatsheet 6.5", tags="metric classification f1 counts dice")
def f1_eq_counts(tp: Positive, fp: Positive, fn: Positive) -> Chain:
    """F1 from counts: true negatives do not enter. It is Dice's coefficient."""
    P = let(P=tp / (tp + fp))
    R = let(R=tp / (tp + fn))
    yield 2 * (P * R) / (P + R)
    yield by.algebra, 2 * tp / (2 * tp + fp + fn)


@identity(source="cheatsheet 6.6", tags="metric classification fbeta")
def fbeta_eq_counts(tp: Positive, fp: Positive, fn: Positive, beta: Positive) -> Chain:
    """F-beta from counts: beta squared weighs a missed positive against a false alarm."""
    P = let(P=tp / (tp + fp))
    R = let(R=tp / (tp + fn))
    yield (1 + beta**2) * P * R / (beta**2 * P + R)
    yield by.algebra, (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)


@limit(source="cheatsheet 6.6", at="beta -> 0+", tags="metric classification fbeta precision")
def fbeta_precision_limit(P: Unit, R: Unit, beta: Positive) -> Chain:
    """As beta goes to 0, F-beta becomes precision."""
    yield (1 + beta**2) * P * R / (beta**2 * P + R)
    yield by.limit, P


@limit(source="cheatsheet 6.6", at="beta -> oo", tags="metric classification fbeta recall")
def fbeta_recall_limit(P: Unit, R: Unit, beta: Positive) -> Chain:
    """As beta grows, F-beta becomes recall."""
    yield (1 + beta**2) * P * R / (beta**2 * P + R)
    yield by.limit, R


@inequality(source="cheatsheet 6.5", tags="metric classification f1 arithmetic mean")
def f1_le_mean(P: Unit, R: Unit) -> Chain:
    """F1 is at most the mean of precision and recall, and equal to it when they agree."""
    yield 2 * P * R / (P + R)
    yield by.algebra, (P + R) / 2 - (P - R) ** 2 / (2 * (P + R))
    yield by.squares, at_most((P + R) / 2)
    yield tight(R, P)


@identity(source="murphy2022", tags="metric classification jaccard intersection union f1")
def jaccard_eq_f1(tp: Positive, fp: Positive, fn: Positive) -> Chain:
    """Intersection over union is F1 / (2 - F1)."""
    f = let(f=2 * tp / (2 * tp + fp + fn))
    yield tp / (tp + fp + fn)
    yield by.algebra, f / (2 - f)


@identity(source="matthews1975", tags="metric classification mcc correlation phi")
def mcc_eq_rates(tp: Positive, fp: Positive, fn: Positive, tn: Positive) -> Chain:
    """Matthews' correlation squared is informedness times markedness."""
    yield (tp * tn - fp * fn) ** 2 / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    yield (
        by.algebra,
        (tp / (tp + fn) + tn / (tn + fp) - 1) * (tp / (tp + fp) + tn / (tn + fn) - 1),
    )


@identity(source="cohen1960", tags="metric classification kappa agreement")
def kappa_eq_counts(tp: Positive, fp: Positive, fn: Positive, tn: Positive) -> Chain:
    """Cohen's kappa from counts: agreement beyond chance over its largest value."""
    n = let(n=tp + fp + fn + tn)
    chance = let(chance=((tp + fp) * (tp + fn) + (tn + fp) * (tn + fn)) / n**2)
    yield ((tp + tn) / n - chance) / (1 - chance)
    yield by.algebra, 2 * (tp * tn - fp * fn) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn))


@identity(source="murphy2022", tags="metric classification balanced accuracy youden")
def balanced_accuracy_eq(tp: Positive, fp: Positive, fn: Positive, tn: Positive) -> Chain:
    """Balanced accuracy, the mean of recall and specificity, is half of one plus Youden's index."""
    youden = let(youden=tp / (tp + fn) - fp / (fp + tn))
    yield (tp / (tp + fn) + tn / (tn + fp)) / 2
    yield by.algebra, (1 + youden) / 2


@identity(source="cheatsheet 6.2 and 3.4", tags="metric classification precision bayes prevalence")
def precision_eq_bayes(tp: Positive, fp: Positive, fn: Positive, tn: Positive) -> Chain:
    """Precision is Bayes' rule for recall, false positive rate and prevalence."""
    n = let(n=tp + fp + fn + tn)
    recall = let(recall=tp / (tp + fn))
    fpr = let(fpr=fp / (fp + tn))
    prior = let(prior=(tp + fn) / n)
    yield tp / (tp + fp)
    yield by.conditioning, recall * prior / (recall * prior + fpr * (1 - prior))


@definition(source="hanley1982", tags="metric classification auc roc ranking probability")
def auc_def(s: Vector["n"], t: Vector["m"]) -> Chain:
    """AUC is the share of pairs in which a positive (score s) outranks a negative (score t); ties count one half."""
    a, b = s[:, None], t[None, :]
    yield mean(greater(a, b) + (1 - greater(a, b) - less(a, b)) / 2)
    yield by.algebra, mean((1 + greater(a, b) - less(a, b)) / 2)


@identity(source="hanley1982", tags="metric classification auc symmetric")
def auc_symm(s: Vector["n"], t: Vector["m"]) -> Chain:
    """Exchanging the classes turns AUC into one less AUC, away from ties."""
    a, b = s[:, None], t[None, :]
    yield mean((1 + greater(a, b) - less(a, b)) / 2)
    yield by.symmetry, 1 - mean((1 + less(a, b) - greater(a, b)) / 2)


@identity(source="brier1950", tags="metric classification brier score calibration")
def brier_decomposition(q: Unit, p: Unit) -> Chain:
    """The mean squared error of a probability forecast q is its calibration error plus the outcome's variance."""
    yield p * (1 - q) ** 2 + (1 - p) * q**2
    yield by.algebra, (q - p) ** 2 + p * (1 - p)


# ---- regression ------------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 6.7", tags="metric regression mae")
def mae_def(y: Vector["n"], q: Vector["n"]) -> Chain:
    """The mean absolute error."""
    yield mean(abs(y - q))


@definition(source="cheatsheet 6.8", tags="metric regression mse")
def mse_def(y: Vector["n"], q: Vector["n"]) -> Chain:
    """The mean squared error."""
    yield mean((y - q) ** 2)


@definition(source="cheatsheet 6.9", tags="metric regression rmse")
def rmse_def(y: Vector["n"], q: Vector["n"]) -> Chain:
    """The root mean squared error, in the units of the target."""
    yield sqrt(mean((y - q) ** 2))


@definition(source="cheatsheet 6.10", tags="metric regression r squared determination")
def r_squared_def(y: Vector["n"], q: Vector["n"]) -> Chain:
    """The share of the variance that a prediction explains; a constant target has none to explain."""
    yield 1 - sum((y - q) ** 2) / sum((y - mean(y)) ** 2)
    yield by.definition, 1 - mean((y - q) ** 2) / var(y)


@definition(source="cheatsheet 6.11", tags="metric regression mape percentage")
def mape_def(y: NonzeroVector["n"], q: Vector["n"]) -> Chain:
    """The mean absolute percentage error, in percent; no target may be zero."""
    yield 100 * mean(abs((y - q) / y))


@example(source="cheatsheet 6.7", tags="metric regression mae")
def mae_example_eq() -> Chain:
    """The cheatsheet's four predictions have a mean absolute error of 0.35."""
    y = let(y=array([3, 5, 2, 7]))
    q = let(q=array([Fraction(5, 2), Fraction(11, 2), Fraction(9, 5), Fraction(36, 5)]))
    yield mean(abs(y - q))
    yield by.arithmetic, ONE * Fraction(7, 20)


@example(source="cheatsheet 6.8", tags="metric regression mse")
def mse_example_eq() -> Chain:
    """The cheatsheet's four predictions have a mean squared error of 0.145."""
    y = let(y=array([3, 5, 2, 7]))
    q = let(q=array([Fraction(5, 2), Fraction(11, 2), Fraction(9, 5), Fraction(36, 5)]))
    yield mean((y - q) ** 2)
    yield by.arithmetic, ONE * Fraction(29, 200)


@example(source="cheatsheet 6.9", tags="metric regression rmse")
def rmse_example_eq() -> Chain:
    """The cheatsheet's four predictions have a root mean squared error of 0.38079."""
    y = let(y=array([3, 5, 2, 7]))
    q = let(q=array([Fraction(5, 2), Fraction(11, 2), Fraction(9, 5), Fraction(36, 5)]))
    yield sqrt(mean((y - q) ** 2))
    yield by.rounding, rounded("0.38079")


@example(source="cheatsheet 6.10", tags="metric regression r squared")
def r_squared_example_eq() -> Chain:
    """The cheatsheet's four predictions explain 0.96068 of the variance."""
    y = let(y=array([3, 5, 2, 7]))
    q = let(q=array([Fraction(5, 2), Fraction(11, 2), Fraction(9, 5), Fraction(36, 5)]))
    yield 1 - sum((y - q) ** 2) / sum((y - mean(y)) ** 2)
    yield by.rounding, rounded("0.96068")


@inequality(source="cheatsheet 6.7 and 6.9", tags="metric regression mae rmse")
def mae_le_rmse(y: Vector["n"], q: Vector["n"]) -> Chain:
    """The squared mean absolute error is at most the mean squared error: RMSE weighs large errors more."""
    r = let(r=abs(y - q))
    yield mean(r) ** 2
    yield by.algebra, mean(r**2) - mean((r - mean(r)) ** 2)
    yield by.squares, at_most(mean((y - q) ** 2))
    yield tight(q, y)


@identity(source="cheatsheet 6.8", tags="metric regression mse bias variance decomposition")
def mse_decomposition(y: Vector["n"], q: Vector["n"]) -> Chain:
    """The mean squared error is the squared mean residual plus the variance of the residuals."""
    yield mean((y - q) ** 2)
    yield by.linearity, mean(y - q) ** 2 + var(y - q)


@identity(source="cheatsheet 6.10", tags="metric regression r squared mean baseline")
def mean_baseline_eq_zero(y: Vector["n"]) -> Chain:
    """Predicting the mean explains nothing; a worse prediction has a negative R squared."""
    yield 1 - sum((y - mean(y)) ** 2) / sum((y - mean(y)) ** 2)
    yield by.cancellation, 0 * mean(y)


@identity(source="hastie2009", tags="metric regression adjusted r squared degrees of freedom")
def adjusted_r_squared_eq(r: Unit, n: Positive, d: Positive) -> Chain:
    """Adjusted R squared charges for the d parameters: it subtracts what noise would explain; n exceeds d + 1."""
    yield 1 - (1 - r) * (n - 1) / (n - d - 1)
    yield by.algebra, r - (1 - r) * d / (n - d - 1)


@inequality(source="hastie2009", tags="metric regression leverage outlier squares")
def mse_nonneg(y: Vector["n"], q: Vector["n"]) -> Chain:
    """A mean squared error is never negative, and zero for a perfect fit."""
    yield mean((y - q) ** 2)
    yield by.squares, at_least(0 * mean(y))
    yield tight(q, y)


@identity(source="hanley1982", tags="metric classification gini auc ranking")
def gini_eq_auc(s: Vector["n"], t: Vector["m"]) -> Chain:
    """The Gini coefficient, the share of pairs ranked rightly less those ranked wrongly, is 2 AUC - 1."""
    a, b = s[:, None], t[None, :]
    yield mean(greater(a, b) - less(a, b))
    yield by.algebra, 2 * mean((1 + greater(a, b) - less(a, b)) / 2) - 1


@inequality(
    source="matthews1975",
    tags="metric classification mcc bound determinant",
    tightness="reached when no decision is wrong, and when none is right",
)
def mcc_square_le_one(tp: Positive, fp: Positive, fn: Positive, tn: Positive) -> Chain:
    """Matthews' correlation lies between -1 and 1: the product of the margins exceeds the squared determinant."""
    yield (tp * tn - fp * fn) ** 2
    n = let(n=tp + fp + fn + tn)
    rest = let(rest=fn * fp * tn + fn * fp * tp + fn * tn * tp + fp * tn * tp)
    yield by.algebra, (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn) - n * rest
    yield by.nonnegative, at_most((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


@identity(source="murphy2022", tags="metric classification likelihood ratio sensitivity specificity odds")
def likelihood_ratio_eq(tp: Positive, fp: Positive, fn: Positive, tn: Positive) -> Chain:
    """Posterior odds of a positive call are prior odds times sensitivity over the false positive rate."""
    recall = let(recall=tp / (tp + fn))
    fpr = let(fpr=fp / (fp + tn))
    yield tp / fp
    yield by.conditioning, (tp + fn) / (fp + tn) * (recall / fpr)


@identity(source="murphy2022", tags="metric classification log loss odds calibration")
def log_loss_decomposition(p: Unit, q: Unit) -> Chain:
    """The expected log loss of a forecast q is its divergence from the truth p plus the entropy of p."""
    yield -p * log(q) - (1 - p) * log(1 - q)
    yield (
        by.logarithm,
        p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)) - p * log(p) - (1 - p) * log(1 - p),
    )

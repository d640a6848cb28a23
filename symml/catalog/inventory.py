"""The cheatsheet's items: number, kind, mark and what each is about.

Kinds: I identity, D definition, N numeric example, A algorithm or code, P property, Q qualitative claim (prose).
Marks: ``ok``; ``sloppy`` (true under a condition that is not said); ``wrong`` (false, or the code breaks as written).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_ROWS = """
1.1 N ok the Euclidean norm of (1, 2, 3)
1.2 N ok the 1-norm of (1, 2, 3)
1.3 N ok an inner product of two vectors
1.4 D sloppy the angle between vectors
1.5 D ok orthogonal vectors
1.6 D sloppy normalizing a vector
1.7 I ok the projection on a vector
1.8 N ok a transpose
1.9 N ok a determinant
1.10 N ok a trace
1.11 D ok rank
1.12 P sloppy invertible and nonzero determinant
1.13 I ok the transpose of a product
1.14 I ok the inverse of a product
1.15 I ok the identity matrix
1.16 D sloppy eigenvalues and eigenvectors
1.17 N ok eigenvalues of a 2 x 2 matrix
1.18 Q ok uses of eigenvalues
1.19 I ok singular value decomposition
1.20 A wrong reconstruction from the SVD
1.21 D sloppy QR decomposition
1.22 D ok Cholesky decomposition
1.23 A sloppy Mahalanobis distance
1.24 A ok covariance and correlation matrices
2.1 I sloppy the derivative of a power
2.2 I ok the derivative of the exponential
2.3 I sloppy the derivative of the logarithm
2.4 I ok the derivative of the sine
2.5 I ok the derivative of the cosine
2.6 I ok the derivative of the logistic function
2.7 I ok sum rule
2.8 I ok product rule
2.9 I sloppy quotient rule
2.10 I ok chain rule
2.11 D wrong a vector as the loss of a layer
2.12 A wrong the weight gradient of a layer
2.13 A sloppy the other gradients of a layer
2.14 D ok gradient
2.15 I ok a gradient of two variables
2.16 P sloppy steepest ascent and level sets
2.17 A ok a gradient step
2.18 D ok Hessian
2.19 N ok a Hessian and its eigenvalues
2.20 P sloppy second-derivative test
2.21 A ok gradient descent on x squared
3.1 P ok probabilities lie in [0, 1]
3.2 I ok inclusion and exclusion
3.3 I ok product rule of probability
3.4 I sloppy Bayes' theorem
3.5 D ok independence
3.6 N ok the mean of a die
3.7 N ok the variance of a die
3.8 A ok normal density and distribution function
3.9 D ok the normal density
3.10 I ok the mean of a normal variable
3.11 I ok the variance of a normal variable
3.12 P sloppy one and two standard deviations
3.13 A ok a bivariate normal with correlation
3.14 D ok Bernoulli distribution
3.15 I ok the mean of a Bernoulli variable
3.16 I ok the variance of a Bernoulli variable
3.17 D ok binomial distribution
3.18 I ok the mean of a binomial variable
3.19 I ok the variance of a binomial variable
3.20 D ok Poisson distribution
3.21 I ok the mean of a Poisson variable
3.22 I ok the variance of a Poisson variable
3.23 A ok uniform distributions
3.24 D ok exponential distribution
3.25 I ok the mean of an exponential variable
3.26 I ok the variance of an exponential variable
3.27 I ok Bayes with hypothesis and evidence
3.28 N sloppy a medical test
3.29 A sloppy descriptive statistics of 1, ..., 10
3.30 D ok covariance
3.31 D ok Pearson correlation
3.32 A ok Spearman correlation
3.33 P ok what correlations 1, -1 and 0 mean
3.34 Q ok what counts as strong
3.35 A sloppy t, chi-square and ANOVA statistics
3.36 P ok law of large numbers
3.37 P sloppy central limit theorem for exponentials
4.1 P ok first-order condition
4.2 P ok second-order condition
4.3 A wrong classifying a critical point
4.4 D ok convexity
4.5 P ok local minima of convex functions
4.6 P ok sums of convex functions
4.7 P ok maxima of convex functions
4.8 P ok examples of convex and other functions
4.9 A wrong gradient descent with a tolerance
4.10 A ok stochastic gradient descent
4.11 A ok momentum
4.12 A ok Adam
4.13 Q ok a table of optimizers
4.14 A sloppy Newton's method
4.15 D ok Lagrangian
4.16 P sloppy Karush-Kuhn-Tucker conditions
4.17 I ok the dual of a support vector machine
4.18 D sloppy L1 penalty
4.19 D sloppy L2 penalty
4.20 D sloppy elastic net
4.21 Q ok effects of penalties
5.1 D ok entropy
5.2 A sloppy entropy in bits
5.3 N ok the entropy of a coin
5.4 N ok the entropy of a certain outcome
5.5 N ok the entropy of four outcomes
5.6 P sloppy entropy is not negative
5.7 P ok the uniform distribution has the largest entropy
5.8 P ok entropy zero and certainty
5.9 D ok cross-entropy
5.10 A sloppy clipped cross-entropy
5.11 N ok an example of binary cross-entropy
5.12 Q sloppy closer predictions and cross-entropy
5.13 D ok Kullback-Leibler divergence
5.14 I ok divergence, cross-entropy and entropy
5.15 A wrong divergence with zeros
5.16 N ok an example of a divergence
5.17 P ok a divergence is not negative
5.18 P ok a divergence of zero
5.19 P sloppy a divergence is not symmetric
5.20 I ok mutual information
5.21 A wrong mutual information by bins
5.22 P wrong mutual information zero for independent variables
6.1 D ok accuracy
6.2 D sloppy precision
6.3 D sloppy recall
6.4 D sloppy specificity
6.5 I ok F1
6.6 D ok F-beta
6.7 D ok mean absolute error
6.8 D ok mean squared error
6.9 D ok root mean squared error
6.10 D sloppy R squared
6.11 D sloppy mean absolute percentage error
6.12 D sloppy sigmoid
6.13 I ok the derivative of the sigmoid
6.14 D sloppy tanh
6.15 I ok the derivative of tanh
6.16 D ok ReLU
6.17 D sloppy the derivative of ReLU
6.18 D ok leaky ReLU
6.19 A wrong softmax of a batch
6.20 D ok Euclidean distance
6.21 D ok Manhattan distance
6.22 D sloppy Minkowski distance
6.23 D sloppy cosine similarity
6.24 D sloppy cosine distance
6.25 D sloppy Jaccard distance
6.26 D sloppy min-max scaling
6.27 D sloppy z-score
6.28 D sloppy row scaling
6.29 D sloppy robust scaling
7.1 P ok units, covariance and correlation
7.2 Q ok when to scale
7.3 I sloppy bias, variance and noise
7.4 Q ok symptoms of bias and variance
7.5 D ok binary and categorical cross-entropy
7.6 P ok cross-entropy as likelihood
7.7 P ok cross-entropy against squared error behind a sigmoid
7.8 D ok positive definite matrices
7.9 P sloppy conditions for positive definiteness
7.10 P ok covariance matrices are positive semidefinite
7.11 P ok kernels are positive semidefinite
7.12 Q sloppy definiteness and numerical stability
7.13 P ok central limit theorem
7.14 Q sloppy sample sizes for the central limit theorem
7.15 D ok Adam's constants
7.16 D sloppy L1 penalty and its gradient
7.17 D sloppy L2 penalty and its gradient
7.18 D sloppy elastic net with two weights
7.19 P ok the shapes of the penalty balls
7.20 P wrong convexity, convergence and tuning
7.21 P ok convex losses
7.22 P ok second-derivative tests of convexity
7.23 I ok chain rule of one variable
7.24 I sloppy chain rule of several variables
7.25 I sloppy a chain of factors through a network
7.26 P ok vanishing and exploding products
7.27 D ok p-value
7.28 Q ok advice on tests
7.29 A ok monitoring gradient norms
7.30 D ok batch normalization
7.31 Q ok benefits of batch normalization
8.1 A ok gradient descent
8.2 D sloppy softmax
8.3 D ok cross-entropy
8.4 D ok sigmoid
8.5 I ok Bayes' theorem
8.6 D ok the normal density
8.7 D ok Kullback-Leibler divergence
8.8 D ok eigenvalue equation
8.9 I ok singular value decomposition
"""

_NUMBER = re.compile(r"\d+\.\d+")
_RANGE = re.compile(r"(\d+)\.(\d+)\s*-\s*(\d+)\.(\d+)")


@dataclass(frozen=True)
class Item:
    """One item of the cheatsheet.

    Attributes:
        number: Section and place, such as ``6.12``.
        kind: I, D, N, A, P or Q.
        mark: ``ok``, ``sloppy`` or ``wrong``.
        title: What it is about.
    """

    number: str
    kind: str
    mark: str
    title: str

    @property
    def is_checkable(self) -> bool:
        """Whether a machine can decide it: everything but qualitative claims."""
        return self.kind != "Q"


@cache
def items() -> dict[str, Item]:
    """Every item by its number, in order."""
    rows = [row.split(" ", 3) for row in _ROWS.strip().splitlines()]
    return {row[0]: Item(*row) for row in rows}


def cited(source: str) -> Iterator[str]:
    """The numbers that the ``cheatsheet`` part of a source names; ``6.12-6.15`` is a range."""
    for part in source.split(";"):
        words = part.strip()
        if not words.startswith("cheatsheet"):
            continue
        for section, first, same, last in _RANGE.findall(words):
            if section == same:
                yield from (f"{section}.{k}" for k in range(int(first), int(last) + 1))
        yield from _NUMBER.findall(_RANGE.sub("", words))

"""How tightly the constructs of a printed formula bind, from loose to tight."""

CASES, SUM, APPLIED, HADAMARD, PRODUCT, UNARY, RAISED, ATOM = range(8)

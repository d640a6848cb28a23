"""Statistical inference by algebra on log-densities: exponential families, likelihoods, posteriors, conditioning."""

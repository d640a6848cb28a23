"""What is wrong with a refuted claim: an ordered search over the mistakes that people make, and the fix."""

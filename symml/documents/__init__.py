"""Documents, from their formulas to a report."""

"""Operations on expressions: one module an operation, one short rule a node type."""

"""What makes a trace evidence: its authentication code, the digest that is sealed, the signed chain of seals."""

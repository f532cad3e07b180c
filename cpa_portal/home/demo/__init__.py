"""The demonstration: fictitious people and organisations among real communes and certifications."""

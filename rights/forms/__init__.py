from rights.forms.requests import TrainingRequestForm

__all__ = ["TrainingRequestForm"]

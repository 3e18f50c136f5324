"""Populations: models of one structure train in one program."""

from ranvier.training.population._member import MemberResult
from ranvier.training.population._train_group import train_group

__all__ = ["MemberResult", "train_group"]

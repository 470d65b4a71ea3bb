"""Carry one study, or a portfolio, from its panel to its findings."""

from holdfast.evaluate.run.portfolio import with_portfolio_q
from holdfast.evaluate.run.study import Question, evaluate_study

__all__ = ["Question", "evaluate_study", "with_portfolio_q"]

"""What the switching estimates rest on, in words printed beside the numbers."""

OFF_TRENDS = (
    "Without the change, sites that switched would have moved as the sites that stayed off over the same months "
    "(parallel trends for the outcome without the change)."
)
ON_TRENDS = (
    "Had they gone on, sites that stopped would have moved as the sites that stayed on over the same months (parallel "
    "trends for the outcome under the change)."
)
PERSISTING = (
    "No site stayed on as a comparison, so stopping is judged against sites off throughout: it is the effect of "
    "stopping only if the effect of being on would otherwise have lasted."
)


def method(base_months: int, settled: int, weighted: bool, permuted: bool) -> str:
    """One sentence on comparison, base, weights and inference."""
    base = "the last month before the switch" if base_months == 1 else f"the {base_months} months before the switch"
    weights = "weighted" if weighted else "every site equal"
    inference = (
        "p values and intervals by permuting whole status histories across sites, the other estimated effects taken out"
        if permuted
        else "influence by site, switchers centred on the pooled effect, Welch t"
    )
    return (
        f"Change from {base} in sites that switched less that in sites whose status stayed the same over the whole "
        f"window (and for {settled} months before it, if it ever changed); switcher-months averaged, {weights}; "
        f"{inference}."
    )


def carry_over(after: float, lower: float, upper: float, p: float) -> str:
    """Whether the effect outlived the change, without claiming more than the interval does."""
    where = f"{after:.3g} ({lower:.3g} to {upper:.3g}) away from where they would have been had they never started"
    if p < 0.05:
        return f"After stopping, sites were still {where}: something carried over."
    return f"After stopping, sites were {where}: no carry-over was seen; the interval says how much could be there."

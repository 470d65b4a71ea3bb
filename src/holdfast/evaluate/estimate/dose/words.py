"""What a dose–response rests on, in words printed beside the numbers."""

PARALLEL_TRENDS = (
    "Ordinary parallel trends: without the change, sites with every dose would have moved alike. It is enough to say "
    "that a site's own dose did something, not to compare one dose with another."
)
STRONG_PARALLEL_TRENDS = (
    "Strong parallel trends (Callaway, Goodman-Bacon & Sant'Anna 2024): had the sites with a low dose been given "
    "a high one, their outcome would have moved as that of the sites which did have a high dose. Sites that chose more "
    "because more suits them break it, and then part of this slope is selection, not effect. It cannot be tested with "
    "these data."
)
EVERYONE_CHANGED = (
    "There is no site without the change. What the change did to all sites alike, whatever their dose, is not in this "
    "number."
)
LINEAR = "The effect is taken to grow in a straight line with the dose; see the thirds of dose and the curvature test."


def method(design: str, sites: int, weighted: bool, inference: str) -> str:
    """One sentence on design, weights and inference."""
    designs = {
        "event-time": "dose × month regression with site and month effects (continuous difference-in-differences)",
        "long-difference": "change in outcome on change in dose, mean after against mean before, one row per site",
        "first-difference": "month-to-month change in outcome on month-to-month change in dose, month effects removed",
    }
    inferences = {
        "cluster": "cluster-robust by site, bias-reduced (CR2) with Bell–McCaffrey degrees of freedom",
        "jackknife": "leave-one-site-out jackknife, t on sites − 1",
        "permutation": "p values and intervals by permuting doses across sites (studentised)",
    }
    weights = "weighted" if weighted else "every site equal"
    return f"{designs[design]}; {sites} sites, {weights}; {inferences[inference]}."

"""The camera: on, of the time in which it could be (measures.md 1.4)."""

from fractions import Fraction

from streams.explanation.view import Section, View
from streams.readable import duration, share, stretches

STATUSES = {
    "measured": "the source reports the camera exactly",
    "upper_bound": "the source hides mutes: the figure is the most it can have been",
    "unknown": "the source does not report cameras: nothing can be said",
    "exempt": "this person is exempt: the camera is not looked at",
}


def camera(view: View) -> Section:
    """On over measured time, against the threshold, and the long stretches without."""
    figures, rules = view.person.camera, view.policy.camera
    lines = [STATUSES[figures.status]]
    plan = view.picture.plan
    if figures.status in ("measured", "upper_bound"):
        lines.append(
            f"measured time: presence without bridged gaps, inside the window, less the first "
            f"{duration(rules.grace)} of each stay = {duration(figures.measured_ms)}"
        )
        if figures.measured_ms < rules.min_measured or not figures.measured_ms:
            lines.append(f"less than {duration(rules.min_measured)}: too little to say anything")
        else:
            exact = Fraction(figures.on_ms, figures.measured_ms)
            lines.append(
                f"{duration(figures.on_ms)} on / {duration(figures.measured_ms)} = {share(exact)} "
                f"(at least {share(rules.minimum)} is asked for)"
            )
        long = [span for span in figures.off if span[1] - span[0] > rules.off_after]
        if long:
            lines.append(
                f"off for more than {duration(rules.off_after)}: {stretches(long, view.zone)}"
            )
    if plan is not None and plan.kind not in rules.required_for:
        lines.append(f"no camera is asked for in a session of kind {plan.kind}")
    return Section(
        "camera",
        "Camera",
        lines,
        {
            "status": figures.status,
            "on_ms": figures.on_ms,
            "measured_ms": figures.measured_ms,
            "camera": view.score.camera,
            "minimum": float(rules.minimum),
        },
    )

"""Models are compared on the units that all of them have."""

from __future__ import annotations


def report(**aucs):
    rest = {"correlation of intensity": 0.5, "AUC fused": float("nan"), "support": 3}
    return {"name": "some", "units": {unit: {"AUC stills": x, **rest} for unit, x in aucs.items()}}


def test_a_mean_is_over_the_units_that_every_model_has():
    from strangers import rows_of

    older, newer = report(AU1=0.8, AU18=0.6), report(AU1=0.9, AU18=0.8, AU35=0.1)
    *units, mean, coded = rows_of([older, newer])
    assert [row[0].split()[0] for row in units] == ["AU1", "AU18", "AU35"]
    assert mean[0] == "mean of 2" and mean[2:4] == ["0.700", "0.850"]
    assert coded[0] == "mean of 1" and coded[2:4] == ["0.800", "0.900"]


def test_a_unit_that_a_model_lacks_has_a_dash_and_so_has_what_never_happens():
    from strangers import rows_of

    older, newer = report(AU1=0.8), report(AU1=0.9, AU35=0.1)
    lacking = rows_of([older, newer])[1]
    assert lacking[2:] == ["-", "0.100", "-", "0.500", "-", "-"]

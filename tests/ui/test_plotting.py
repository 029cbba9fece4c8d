"""What plotext is asked to draw."""

from __future__ import annotations

from rich.cells import cell_len

from mqttui.core.charts.axis import Tick, ticks_of
from mqttui.ui.plotting import Plot, PlotLine, Scale, plotted

X = Scale(0, 10, (Tick(0, "a"), Tick(10, "b")))
Y = Scale(0, 4, tuple(ticks_of(0, 4, 4)))


def text_of(rows) -> list[str]:
    """Return the rows without roles."""
    return ["".join(text for text, _ in row) for row in rows]


def drawn(rows, role) -> str:
    """Return everything that was drawn in a role."""
    return "".join(text for row in rows for text, found in row if found == role)


def test_a_picture_has_the_size_that_was_asked_for() -> None:
    """No row is longer, shorter or missing, also where there is hardly room."""
    for width, height in ((80, 20), (30, 8), (12, 4)):
        rows = plotted(Plot((PlotLine((([0, 10], [0, 4]),), "one"),), X, Y), width, height)
        assert len(rows) == height
        assert {cell_len(text) for text in text_of(rows)} == {width}


def test_a_line_goes_from_corner_to_corner() -> None:
    """The role of a series is found on the lowest row at the left and the highest at the right."""
    rows = plotted(Plot((PlotLine((([0, 10], [0, 4]),), "one"),), X, Y), 40, 10)
    columns = []
    for row in rows:
        at = 0
        for text, role in row:
            if role == "one":
                columns.append(at)
            at += cell_len(text)
    assert columns == sorted(columns, reverse=True)
    assert len(columns) == 7


def test_nothing_connects_the_pieces_of_a_line() -> None:
    """Between two pieces there is no dot."""
    pieces = (([0, 3], [2, 2]), ([7, 10], [2, 2]))
    rows = plotted(Plot((PlotLine(pieces, "one"),), X, Y), 40, 10)
    (row,) = (row for row in rows if any(role == "one" for _, role in row))
    assert [role for _, role in row] == ["axis", "one", "axis", "one", "axis"]


def test_series_keep_their_roles() -> None:
    """Four lines are told apart, on both axes."""
    lines = tuple(
        PlotLine((([0, 10], [y, y]),), f"role-{y}", "left" if y < 2 else "right") for y in range(4)
    )
    rows = plotted(Plot(lines, X, Y, Y), 40, 12)
    assert all(drawn(rows, line.role).strip() for line in lines)
    assert text_of(rows)[1].rstrip().endswith("4")


def test_a_gap_is_marked_from_top_to_bottom() -> None:
    """The mark is part of the frame, not of a series."""
    rows = plotted(Plot((), X, Y, gaps=(5.0,)), 40, 10)
    assert sum("┊" in text for text in text_of(rows)) == 7


def test_ascii_draws_lines_of_stars() -> None:
    """For terminals that know no braille."""
    line = PlotLine((([0, 10], [0, 4]),), "one")
    assert set(drawn(plotted(Plot((line,), X, Y), 40, 10, is_ascii=True), "one")) == {"*"}


def test_a_logarithmic_axis_bends_a_line() -> None:
    """The middle of 1 and 100 is 10."""
    log = Scale(1, 100, tuple(ticks_of(1, 100, 4, is_log=True)), is_log=True)
    line = PlotLine((([0, 5, 10], [1, 10, 100]),), "one")
    texts = text_of(plotted(Plot((line,), X, log), 41, 11))
    assert [text.split("┤")[0].strip() for text in texts if "┤" in text] == ["100", "10", "1"]
    middle = next(text for text in texts if text.strip().startswith("10┤"))
    assert middle.strip("1┤│0 ").strip()


def test_lines_are_told_apart_without_colour() -> None:
    """A letter stands where each line ends; in ASCII the whole line is made of it."""
    lines = tuple(
        PlotLine((([0, 8], [y, y]),), f"role-{y}", letter=letter) for y, letter in enumerate("abc")
    )
    dots = plotted(Plot(lines, X, Y), 40, 12)
    ascii_rows = plotted(Plot(lines, X, Y), 40, 12, is_ascii=True)
    for line in lines:
        assert drawn(dots, line.role).strip("\u2800").endswith(line.letter)
        assert set(drawn(ascii_rows, line.role)) == {line.letter}


def test_a_line_outside_the_axis_is_not_seen() -> None:
    """Neither its points nor its letter are drawn over the frame or at the edge."""
    line = PlotLine((([0, 10], [20, 30]),), "one", letter="a")
    rows = plotted(Plot((line,), X, Y), 40, 10)
    assert len(rows) == 10
    assert not drawn(rows, "one").strip()

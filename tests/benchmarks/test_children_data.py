"""Readers of data sets of emotions, on miniature trees; people, crops and splits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from facs.errors import InputError

ASSETS = Path(__file__).resolve().parents[2] / "../shared/synthesis/assets"


def put(path, shape=(60, 60), level=100):
    """A grey picture, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full(shape, level, np.uint8))


def ck(folder, subject="S005", sequence="001", emotion="   3.0000000e+00\n", frames=3):
    for number in range(1, frames + 1):
        put(
            folder
            / "cohn-kanade-images"
            / subject
            / sequence
            / f"{subject}_{sequence}_{number:08}.png"
        )
    name = f"{subject}_{sequence}_{frames:08}_emotion.txt"
    path = folder / "Emotion" / subject / sequence / name
    path.parent.mkdir(parents=True)
    path.write_text(emotion)


def told(stills):
    """Name of the picture, emotion and person of each."""
    from fer_data import CLASSES

    return [(still.path.name, CLASSES[still.label], still.person) for still in stills]


def test_ck_gives_the_last_picture_its_emotion_and_calls_the_first_one_neutral(tmp_path):
    from children_data import read

    ck(tmp_path / "CK+")
    ck(tmp_path / "CK+", "S010", "004", "7.0")
    ck(tmp_path / "CK+", "S010", "005", "2.0")  # contempt
    (tmp_path / "CK+" / "Emotion" / "S010" / "006").mkdir()  # most sequences have no label
    found = read(f"ck:{tmp_path / 'CK+'}", child=False)
    assert told(found) == [
        ("S005_001_00000003.png", "disgust", "CK+/S005"),
        ("S005_001_00000001.png", "neutral", "CK+/S005"),
        ("S010_004_00000003.png", "surprise", "CK+/S010"),
        ("S010_004_00000001.png", "neutral", "CK+/S010"),
    ]
    with pytest.raises(InputError, match="wanted pictures of children, got 0"):
        read(f"ck:{tmp_path / 'CK+'}", child=True)


def test_ck_is_read_as_its_archives_unpack_it(tmp_path):
    from children_data import read_ck

    ck(tmp_path)
    for name, above in (
        ("cohn-kanade-images", "extended-cohn-kanade-images"),
        ("Emotion", "Emotion_labels"),
    ):
        (tmp_path / above).mkdir()
        (tmp_path / name).rename(tmp_path / above / name)
    assert len(read_ck(tmp_path)) == 2


def test_cafe_knows_open_mouths_and_its_children(tmp_path):
    from children_data import read

    for name in (
        "9977-angry_F-AA-01.jpg", "10960-sadopen_M-LA-03.jpg", "1-disgustwithtongue_F-AA-01.jpg",
        "2-fearful_F-EA-12.jpg", "3-happy_M-WH-02.jpg", "4-surprise_M-WH-02.jpg",
        "5-neutralopen_F-SA-01.jpg",
    ):  # fmt: skip
        put(tmp_path / "cafe" / "sessions" / "6280" / name)
    found = {
        told([s])[0][0].split("-")[0]: told([s])[0][1:]
        for s in read(f"cafe:{tmp_path / 'cafe'}", child=True)
    }
    assert found == {
        "9977": ("angry", "cafe/F-AA-01"),
        "10960": ("sad", "cafe/M-LA-03"),
        "1": ("disgust", "cafe/F-AA-01"),
        "2": ("fear", "cafe/F-EA-12"),
        "3": ("happy", "cafe/M-WH-02"),
        "4": ("surprise", "cafe/M-WH-02"),
        "5": ("neutral", "cafe/F-SA-01"),
    }


def test_ddcf_finds_model_and_expression_wherever_they_stand(tmp_path):
    from children_data import read

    put(tmp_path / "ddcf" / "M23" / "M23_afraid_30L.jpg")
    put(tmp_path / "ddcf" / "F01-content-front-light2.JPG")
    put(tmp_path / "ddcf" / "surprised" / "F01.png")
    assert told(read(f"ddcf:{tmp_path / 'ddcf'}", child=True)) == [
        ("F01-content-front-light2.JPG", "happy", "ddcf/F01"),
        ("M23_afraid_30L.jpg", "fear", "ddcf/M23"),
        ("F01.png", "surprise", "ddcf/F01"),
    ]


def test_rafd_parts_children_from_adults_and_leaves_profiles_and_contempt_out(tmp_path):
    from children_data import read

    for name in (
        "Rafd090_01_Caucasian_female_angry_frontal.jpg", "Rafd045_30_Moroccan_male_sad_left.jpg",
        "Rafd090_41_Kid_female_fearful_right.jpg", "Rafd180_41_Kid_female_happy_frontal.jpg",
        "Rafd090_41_Kid_female_contemptuous_frontal.jpg",
    ):  # fmt: skip
        put(tmp_path / name)
    source = f"rafd:{tmp_path}"
    assert [s.person.split("/")[1] for s in read(source, child=False)] == ["30", "01"]
    (kid,) = read(source, child=True)
    assert told([kid])[0][1:] == ("fear", f"{tmp_path.name}/41") and kid.child


def test_a_plain_folder_serves_adults_and_children(tmp_path):
    from children_data import read

    put(tmp_path / "my people" / "happy" / "anna_01.png")
    put(tmp_path / "my people" / "surprised" / "ben_x_y.png")
    for child in (False, True):
        assert told(read(f"folder:{tmp_path / 'my people'}", child=child)) == [
            ("anna_01.png", "happy", "my_people/anna"),
            ("ben_x_y.png", "surprise", "my_people/ben"),
        ]


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("cafe", "angry.jpg", "wanted a name such as 9977-angry_F-AA-01.jpg"),
        ("cafe", "1-sleepy_F-AA-01.jpg", "got 'sleepy'"),
        ("rafd", "angry.jpg", "wanted a name such as Rafd090_01"),
        ("ddcf", "F01_smirk.jpg", "wanted a model such as F01 and an expression"),
        ("folder", "anna_1.png", "wanted EMOTION/PERSON_anything.png"),
        ("folder", "happy/anna.png", "wanted EMOTION/PERSON_anything.png"),
        ("folder", "bored/anna_1.png", "got 'bored'"),
        ("ck", "S005.png", "wanted the folder cohn-kanade-images of CK"),
    ],
)
def test_a_file_of_another_kind_is_named_in_one_line(tmp_path, kind, name, wanted):
    from children_data import read

    put(tmp_path / name)
    with pytest.raises(InputError, match=wanted) as error:
        read(f"{kind}:{tmp_path}", child=kind not in ("ck", "folder"))
    assert "\n" not in str(error.value) and str(tmp_path) in str(error.value)


def test_labels_and_sequences_of_ck_that_cannot_be_read_are_refused(tmp_path):
    from children_data import read_ck

    ck(tmp_path / "a", emotion="joy")
    with pytest.raises(InputError, match=r"wanted an emotion from 1 to 7 .* got 'joy'"):
        read_ck(tmp_path / "a")
    ck(tmp_path / "b", frames=1)
    with pytest.raises(InputError, match="wanted two pictures or more"):
        read_ck(tmp_path / "b")


def test_sources_that_are_not_there_are_refused(tmp_path):
    from children_data import read

    with pytest.raises(InputError, match="wanted KIND:FOLDER with a kind of ck, cafe"):
        read("jaffe:somewhere", child=False)
    with pytest.raises(InputError, match="there is no"):
        read(f"folder:{tmp_path / 'nowhere'}", child=False)
    with pytest.raises(InputError, match="got 0"):
        read(f"folder:{tmp_path}", child=False)


def test_squares_are_shrunk_and_other_pictures_want_a_crop(tmp_path):
    from children_data import Still, load

    put(tmp_path / "square.png", level=77)
    people, lost = load([Still(tmp_path / "square.png", 3, "anna")])
    assert people.faces.pictures.shape == (1, 48, 48) and (people.faces.pictures == 77).all()
    assert people.faces.labels.tolist() == [3] and lost == 0
    put(tmp_path / "wide.png", (60, 90))
    with pytest.raises(InputError, match=r"got 90 x 60 .*--crop"):
        load([Still(tmp_path / "wide.png", 3, "anna")])
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(InputError, match="cannot decode"):
        load([Still(tmp_path / "text.png", 3, "anna")])


def test_the_largest_face_is_cut_out_and_pictures_without_one_are_counted(tmp_path):
    from children_data import Still, load

    picture = np.zeros((100, 150), np.uint8)
    picture[20:80, 40:100] = 200
    cv2.imwrite(str(tmp_path / "face.png"), picture)
    put(tmp_path / "nobody.png")

    def detect(gray):
        boxes = [(40, 25, 100, 75), (0, 0, 9, 9)] if gray.max() == 200 else []
        return np.array(boxes, np.float32).reshape(-1, 4)

    stills = [Still(tmp_path / f"{name}.png", 0, name) for name in ("nobody", "face")]
    people, lost = load(stills, detect)
    assert lost == 1 and people.person.tolist() == ["face"]
    assert (people.faces.pictures == 200).all()  # made square about its centre


def test_nobody_is_on_both_sides_of_a_split_and_everybody_on_one():
    from children_data import People, split
    from fer_data import Faces

    person = np.repeat([f"p{i}" for i in range(10)], 3)
    pictures = np.arange(30, dtype=np.uint8)[:, None, None] * np.ones((1, 48, 48), np.uint8)
    faces = Faces(pictures, np.arange(30) % 7, np.zeros((30, 7), np.float32))
    everybody = People(faces, person)
    taught, tested = split(everybody, 0.4, seed=1)
    assert set(taught.person).isdisjoint(tested.person)
    assert (taught.count, tested.count, len(taught) + len(tested)) == (6, 4, 30)
    again = split(everybody, 0.4, seed=1)[1]
    np.testing.assert_array_equal(again.person, tested.person)
    assert set(split(everybody, 0.4, seed=2)[1].person) != set(tested.person)
    with pytest.raises(InputError, match="both sides"):
        split(everybody[person == "p0"], 0.4, seed=1)


def test_acted_prototypes_move_their_units_and_nothing_else():
    from children_render import act

    from facs.synthesis.shapes import SLIDERS

    rng = np.random.default_rng(0)
    moved = {SLIDERS[i] for i in np.flatnonzero(act("surprise", "emfacs", rng).any(1))}
    assert moved == {"1", "2", "5", "26"}
    many = [act("happy", "facs-1978", rng) for _ in range(50)]
    assert all(a[a > 0].min() > 0 and a.max() <= 1 for a in many)
    assert np.std([a.max() for a in many]) > 0.05  # strengths vary
    assert not act("neutral", "rest", rng).any()
    with pytest.raises(InputError, match="prototype of anger"):
        act("angry", "ekman-cohn-2005", rng)


@pytest.mark.skipif(not ASSETS.is_dir(), reason="the assets of the synthetic faces are not here")
def test_rendered_people_are_a_folder_that_is_read_and_kept(tmp_path, capsys):
    import children_render
    from children_data import load, read

    common = ["--assets", str(ASSETS), "--out", str(tmp_path), "--size", "32"]
    common += ["--adults", "1", "--children", "1"]
    assert children_render.main(common) == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    assert len(before) == 16  # seven emotions twice, and what each folder says of itself
    for group, name in (("adults", "adult0000"), ("children", "child0000")):
        people, _ = load(read(f"folder:{tmp_path / group}", child=group == "children"))
        assert sorted(people.faces.labels) == list(range(7))
        assert set(people.person) == {f"{group}/{name}"}
        assert (people.faces.pictures.std((1, 2)) > 3).all()
    assert children_render.main(common) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == before
    assert children_render.main([*common, "--seed", "1"]) == 2
    assert "choose another --out" in capsys.readouterr().err

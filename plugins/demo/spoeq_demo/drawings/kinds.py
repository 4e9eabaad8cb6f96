"""The kinds of drawings: who paints each, where it lies in the drawing, what a detail shows, and its styles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from spoeq_demo.drawings import art, crafts, drapes, footwear, garments, jewellery, kitchen, pantry, paper
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.geometry import Box, Point
from spoeq_demo.drawings.look import Look

PRINTS: Final = ("buti", "paisley", "jaal", "ajrakh", "jamdani")
WEAVES: Final = ("ikat", "stripes", "checks", "temple", "plain")
PLAIN: Final = ("plain",)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its painter, the box its thing fills, the centre of a detail view, and the styles it may have."""

    paint: Callable[[Canvas, Look], None]
    frame: Box
    focus: Point
    styles: tuple[str, ...]


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "kurta": Kind(garments.kurta, (232, 182, 968, 1292), (600, 420), (*PRINTS, "kantha", "ikat", "leheriya")),
        "kurta_men": Kind(
            garments.kurta_men, (219, 172, 981, 1258), (600, 420), ("plain", "pinstripes", "jamdani", "stripes")
        ),
        "shirt": Kind(garments.shirt, (208, 211, 992, 1144), (640, 460), (*WEAVES, "pinstripes", "buti", "leheriya")),
        "jacket": Kind(garments.jacket, (324, 178, 876, 1188), (640, 420), ("plain", "pinstripes", "checks", "kantha")),
        "trousers": Kind(
            garments.trousers, (328, 207, 872, 1263), (600, 360), ("plain", "pinstripes", "stripes", "checks")
        ),
        "skirt": Kind(garments.skirt, (200, 200, 1000, 1260), (740, 1080), (*PRINTS, "leheriya", "bandhani", "ikat")),
        "saree": Kind(
            drapes.saree, (109, 196, 1091, 1273), (480, 940), ("jamdani", "buti", "ikat", "checks", "plain", "paisley")
        ),
        "dupatta": Kind(
            drapes.dupatta, (343, 169, 857, 1285), (480, 1080), ("bandhani", "leheriya", "jamdani", "kantha", "buti")
        ),
        "stack": Kind(
            drapes.stack, (195, 476, 1005, 1172), (600, 800), ("stripes", "checks", "buti", "kantha", "ikat")
        ),
        "cushion": Kind(drapes.cushion, (165, 271, 1035, 1089), (420, 520), (*PRINTS, "ikat", "kantha")),
        "runner": Kind(
            drapes.runner, (289, 191, 911, 1188), (640, 980), ("ikat", "stripes", "temple", "kantha", "ajrakh")
        ),
        "towel": Kind(drapes.towel, (199, 232, 1001, 1196), (600, 980), ("checks", "stripes", "plain", "pinstripes")),
        "kadhai": Kind(kitchen.kadhai, (76, 522, 1124, 1037), (440, 700), ("plain", "polished")),
        "tawa": Kind(kitchen.tawa, (144, 244, 1056, 1268), (680, 780), PLAIN),
        "tiffin": Kind(kitchen.tiffin, (320, 206, 880, 1212), (700, 480), ("steel", "enamel")),
        "bottle": Kind(kitchen.bottle, (430, 250, 770, 1241), (600, 520), ("hammered", "printed")),
        "masala_dabba": Kind(kitchen.masala_dabba, (180, 270, 1020, 1124), (700, 560), PLAIN),
        "mug": Kind(kitchen.mug, (246, 577, 954, 1183), (480, 860), ("buti", "jamdani", "temple", "ajrakh", "jaal")),
        "bowls": Kind(kitchen.bowls, (226, 436, 974, 1106), (480, 680), ("glazed", "polished")),
        "planter": Kind(kitchen.planter, (235, 218, 965, 1208), (540, 940), ("temple", "jaal", "ajrakh", "ikat")),
        "tea_tin": Kind(pantry.tea_tin, (326, 284, 874, 1242), (560, 560), (*PRINTS, "temple")),
        "spice_jar": Kind(pantry.spice_jar, (348, 264, 852, 1230), (560, 560), ("powder", "whole", "cloth")),
        "pouch": Kind(pantry.pouch, (300, 300, 900, 1240), (600, 780), ("kraft", "printed")),
        "carton": Kind(pantry.carton, (300, 372, 900, 1220), (540, 720), PRINTS),
        "lamp": Kind(crafts.lamp, (354, 164, 846, 1252), (640, 460), PLAIN),
        "diyas": Kind(crafts.diyas, (210, 442, 990, 1006), (470, 840), PLAIN),
        "vase": Kind(crafts.vase, (310, 274, 890, 1235), (560, 680), (*PRINTS, "temple")),
        "toy": Kind(crafts.toy, (265, 316, 935, 1215), (740, 520), PLAIN),
        "basket": Kind(crafts.basket, (148, 428, 1052, 1215), (480, 640), PLAIN),
        "box": Kind(crafts.box, (214, 268, 986, 1180), (480, 840), ("jaal", "buti", "ajrakh", "paisley")),
        "painting": Kind(art.painting, (230, 190, 970, 1164), (560, 620), ("fish", "warli", "tree")),
        "elephant": Kind(art.elephant, (284, 485, 1052, 1129), (620, 640), PLAIN),
        "incense": Kind(art.incense, (239, 146, 961, 1166), (440, 640), PLAIN),
        "bangles": Kind(jewellery.bangles, (247, 456, 953, 1234), (600, 960), PLAIN),
        "jhumka": Kind(jewellery.jhumka, (141, 270, 1059, 1050), (380, 760), PLAIN),
        "necklace": Kind(jewellery.necklace, (215, 164, 985, 1224), (600, 960), PLAIN),
        "anklets": Kind(jewellery.anklets, (173, 295, 1027, 1115), (700, 700), PLAIN),
        "juttis": Kind(footwear.juttis, (212, 158, 988, 1200), (440, 440), ("jamdani", "buti", "jaal", "paisley")),
        "sandals": Kind(footwear.sandals, (204, 191, 996, 1198), (420, 520), ("temple", "plain", "stripes")),
        "slippers": Kind(footwear.slippers, (194, 185, 1006, 1198), (420, 520), ("ikat", "kantha", "buti", "checks")),
        "notebook": Kind(paper.notebook, (270, 218, 930, 1236), (500, 520), (*PRINTS, "ikat")),
        "book": Kind(paper.book, (300, 230, 983, 1224), (620, 860), ("sun", "leaf", "arches")),
        "pens": Kind(paper.pens, (240, 334, 960, 1118), (660, 560), PLAIN),
        "cards": Kind(paper.cards, (204, 221, 996, 1106), (600, 560), PRINTS),
        "journal": Kind(paper.journal, (290, 234, 910, 1136), (620, 680), PLAIN),
    }
)

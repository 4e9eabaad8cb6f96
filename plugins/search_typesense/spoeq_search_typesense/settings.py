"""What staff may set."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from spoeq_core.sdk import message

LONGEST_LINE = 300
MOST_LINES = 500
TWO = 2

SYNONYMS = [
    "tee, t-shirt, tshirt, टी-शर्ट",
    "kurta, कुर्ता",
    "kurti, कुर्ती",
    "saree, sari, साड़ी",
    "dupatta, chunni, दुपट्टा, चुन्नी",
    "lehenga, lehnga, ghagra, लहंगा",
    "salwar, shalwar, सलवार",
    "sherwani, शेरवानी",
    "pyjama, pajama, पजामा, पायजामा",
    "shirt, शर्ट, कमीज़",
    "shawl, शॉल",
    "sandal, chappal, slipper, चप्पल",
    "jutti, mojari, जूती",
    "mobile, phone, smartphone, मोबाइल, फ़ोन",
    "tv, television, टीवी",
    "fridge, refrigerator, फ्रिज",
    "earphone, headphone, earbud",
    "atta, wheat flour, आटा",
    "rice, chawal, चावल",
    "dal, lentil, दाल",
    "tea, chai, चाय",
    "sugar, chini, चीनी",
    "oil, tel, तेल",
    "turmeric, haldi, हल्दी",
    "chilli, chili, mirch, मिर्च",
    "diya, lamp, दीया",
    "bangle, kangan, choodi, चूड़ी",
    "earring, jhumka, jhumki, झुमका",
    "bedsheet, bed sheet, चादर",
    "bag, थैला, बैग",
    "gold, sona, सोना",
    "silver, chandi, चांदी",
    "cotton, suti, सूती",
    "silk, resham, रेशम",
    "red, laal, लाल",
    "blue, neela, नीला",
    "green, hara, हरा",
    "white, safed, सफेद",
    "black, kaala, काला",
]

Line = Annotated[str, StringConstraints(max_length=LONGEST_LINE)]


Node = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?$")
]


class TypesenseSettings(BaseModel):
    """The server, and what words mean in this shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nodes: list[Node] = Field(
        default_factory=list,
        max_length=9,
        title=message("Addresses of the server"),
        description=message("One a line, as https://search.example.com:8108. Of a cluster all nodes, any order."),
    )
    api_key: SecretStr = Field(
        SecretStr(""),
        title=message("API key"),
        description=message("One that may do everything with collections, aliases and documents."),
    )
    prefix: str = Field(
        "spoeq",
        pattern="^[a-z0-9]{1,30}$",
        title=message("Prefix of collections"),
        description=message("Another one for each shop that shares the server."),
    )
    search_seconds: float = Field(
        0.6,
        ge=0.05,
        le=0.9,
        title=message("Seconds to wait for an answer"),
        description=message("After that the database answers instead."),
    )
    write_seconds: float = Field(30.0, ge=1, le=120, title=message("Seconds to wait while the index is written"))
    synonyms: list[Line] = Field(
        default_factory=lambda: list(SYNONYMS),
        max_length=MOST_LINES,
        title=message("Words that mean the same"),
        description=message("A group a line, its words apart by commas, as in: tee, t-shirt, tshirt"),
    )

    def reach_as(self, other: TypesenseSettings) -> bool:
        """Whether both reach the same server in the same way, whatever words mean."""
        return self is other or self.model_copy(update={"synonyms": other.synonyms}) == other

    @field_validator("nodes")
    @classmethod
    def _named(cls, lines: list[str]) -> list[str]:
        return list(dict.fromkeys(lines))

    @field_validator("synonyms")
    @classmethod
    def _groups(cls, lines: list[str]) -> list[str]:
        kept = [line for line in lines if line.strip()]
        for line in kept:
            if sum(bool(part.strip()) for part in line.split(",")) < TWO:
                raise ValueError(message("“%(line)s” needs two words or more, apart by commas.", line=line))
        return kept

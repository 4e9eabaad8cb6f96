"""Reviews of a demo shop: a few dozen by made-up people, in English and Hindi, some of them still to be read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from spoeq_core.sdk import Conflict, Product, ProductQuery, Shop, list_products
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.model import Reply, Review, State, review_id
from spoeq_reviews.service.rating import recount

SEED: Final = 7
PRODUCTS: Final = 18
WAITING: Final = 3
"""Products of which the newest review has not been read by staff."""
PEOPLE: Final = (
    *("Ananya I.", "Rohan M.", "Kavya N.", "Arjun S.", "Meera P.", "Vikram R.", "Sneha K.", "Imran A.", "Pooja D."),
    *("Harpreet S.", "Lakshmi V.", "Joseph T.", "Nandini B.", "Farah K.", "Aditya G.", "Deepa C.", "Sameer J."),
)
PEOPLE_HINDI: Final = ("सुनीता श.", "राकेश व.", "पूनम गु.", "अमित य.", "कविता मि.", "मनोज ति.", "रेखा जो.", "दीपक चौ.")
Said = tuple[int, str, str]
ENGLISH: Final[Sequence[Said]] = (
    (
        5,
        "Even better than in the photos",
        "Richer in colour than I expected, cleanly finished, packed with care.",
    ),
    (5, "Bought a second one", "The first was for my mother, and I liked it so much that I ordered one for myself."),
    (5, "You can tell it is handmade", "Small irregularities that make it special. Nothing loose, nothing crooked."),
    (
        4,
        "Good, and a little smaller than I thought",
        "Very good quality. Look at the measurements before you order.",
    ),
    (5, "A gift that was loved", "Gave it at a housewarming and everybody asked where it came from."),
    (4, "Worth the price", "Delivery took five days to Guwahati. The thing itself is just as described."),
    (3, "All right", "Nice to look at, but the shade is darker than on my screen. Keeping it anyway."),
    (5, "Three months on, still like new", "We use it every day. Easy to clean and it has kept its colour."),
    (4, "Lovely, plain packing", "No plastic at all in the parcel, which I liked. One corner of the box was dented."),
    (2, "Not for me", "It is well made but not what I imagined. Returning it was easy, so two stars for the shop."),
    (5, "Exactly what I was looking for", "Simple, honest work. I will come back for the rest of the set."),
    (4, "Pretty and practical", "Four stars only because I would have liked one more colour to choose from."),
    (5, "Quick delivery to Kochi 🙂", "Ordered on Monday, here on Thursday. Looks wonderful at home."),
    (
        1,
        "Arrived with a flaw",
        "A mark on one side. Customer care answered within a day and sent another one.",
    ),
)
HINDI: Final[Sequence[Said]] = (
    (5, "बहुत ही सुंदर", "तस्वीर से भी अच्छा निकला। रंग गहरा है और काम बहुत साफ़ है।"),
    (5, "घर में सबको पसंद आया", "माँ के लिए लिया था, अब बहन भी माँग रही है। 🙏"),
    (4, "अच्छा है, थोड़ा छोटा है", "गुणवत्ता बढ़िया है। मँगवाने से पहले नाप ज़रूर देख लें।"),
    (5, "पैसे वसूल", "दाम के हिसाब से बहुत अच्छा। डिलीवरी भी समय पर हुई।"),
    (3, "ठीक-ठाक", "चीज़ अच्छी है, पर रंग स्क्रीन से थोड़ा अलग है।"),
    (5, "उपहार के लिए बढ़िया", "दीवाली पर दिया था, सबने तारीफ़ की। पैकिंग भी सुंदर थी।"),
    (4, "हाथ की कारीगरी दिखती है", "छोटी-छोटी बारीकियाँ देखकर अच्छा लगा। फिर से मँगवाऊँगी।"),
)
SORRY: Final = "We are sorry about that, and glad that the second one arrived well. Thank you for telling us."


async def write_reviews(shop: Shop) -> None:
    """Make the reviews that are not there yet, and count them."""
    found = await list_products(shop, ProductQuery(per_page=PRODUCTS))
    chance, now = random.Random(SEED), shop.clock.now()  # noqa: S311 - the same reviews in every demo
    reviews = shop.repository(ReviewRepository)
    for place, product in enumerate(found.items):
        for review in _reviews_of(product, place, chance, now):
            try:
                await reviews.insert(review)
            except Conflict:
                continue
    await recount(shop, [product.id for product in found.items])


def _reviews_of(product: Product, place: int, chance: random.Random, now: datetime) -> list[Review]:
    """Some for each product: many for the first, fewer further down."""
    wanted = max(1, 7 - place // 2)
    english = chance.sample(ENGLISH, wanted - wanted // 3)
    hindi = chance.sample(HINDI, wanted // 3)
    said = [(words, "en") for words in english] + [(words, "hi") for words in hindi]
    chance.shuffle(said)
    names = {"en": chance.sample(PEOPLE, len(english)), "hi": chance.sample(PEOPLE_HINDI, len(hindi))}
    found = []
    for number, ((rating, title, body), language) in enumerate(said):
        author = f"demo:{number}"
        at = now - timedelta(days=chance.randint(2, 200), minutes=chance.randint(0, 1400))
        waits = number == 0 and place < WAITING
        found.append(
            Review(
                id=review_id(product.id, author),
                product_id=product.id,
                author=author,
                customer_id="",
                name=names[language].pop(),
                rating=rating,
                title=title,
                body=body,
                language=language,
                state=State.PENDING if waits else State.PUBLISHED,
                verified=chance.random() < 0.8,  # noqa: PLR2004 - most of them bought it
                reply=Reply(SORRY, at + timedelta(days=1)) if rating == 1 else None,
                created_at=at,
                published_at=None if waits else at,
            )
        )
    return found

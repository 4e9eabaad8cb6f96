from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import ShopProfile

async def test_a_shop_opens(shop):
    assert shop.profile.currency == "INR"
    await save_settings(shop, "core", {"name": "Neel"})
    assert shop.plugin_settings(ShopProfile).name == "Neel"

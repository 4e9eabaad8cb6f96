"""Every page of the storefront renders, keeps the design brief's rules of markup, and survives hostile data."""


async def test_page_keeps_the_rules(storefront, page_case, audit):
    template, context = page_case
    assert audit(await storefront.render(template, context)) == []

"""Every page of the admin renders, keeps the design brief's rules of markup, and survives hostile data."""


async def test_page_keeps_the_rules(admin, page_case, audit):
    template, context = page_case
    assert audit(await admin.render(template, context)) == []

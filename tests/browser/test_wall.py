"""The wall in a real browser: trouble appears and goes by itself, in both languages, on a telephone, by keyboard."""

from __future__ import annotations

import re

from page_browser import Site
from playwright.sync_api import expect


def test_a_cut_appears_without_a_reload_is_acknowledged_by_keyboard_and_ends(site: Site) -> None:
    page = site.visit("ma")
    expect(page.locator(".calm")).to_have_text("no incident is open")
    page.evaluate("window.notReloaded = true")
    site.world.cut("chengdong-up1")
    row = page.locator(".incidents li", has_text="chengdong-up1")
    expect(row).to_contain_text("nobody is on it")
    expect(page.locator('.map [data-n="chengdong-up1"]')).to_have_attribute("data-s", "down")
    expect(page.locator('.tree [data-n="chengdong"]')).to_have_attribute("data-s", "on-backup")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert page.evaluate("window.notReloaded")
    row.locator("a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/*")
    page.locator("form[action$='/acknowledge'] input").focus()
    page.keyboard.type("calling the carrier")
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_contain_text("→ ma")
    expect(page.locator(".history")).to_contain_text("calling the carrier")
    site.world.heal()
    expect(page.locator(".state")).to_contain_text("closed")
    page.goto("/")
    expect(page.locator(".calm")).to_have_text("no incident is open")
    assert site.strange == []


def test_what_nobody_polls_any_more_says_so_in_large_letters(site: Site) -> None:
    page = site.visit("ma")
    expect(page.locator("#blind")).to_be_hidden()
    site.world.clock.sleep(300)
    expect(page.locator("#blind")).to_contain_text("STALE: the last poll was 5 min")
    assert page.locator("#blind").evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 24
    site.world.look(2)
    expect(page.locator("#blind")).to_be_hidden()


def test_chinese_and_english_are_chosen_and_kept(site: Site) -> None:
    page = site.visit("li")
    expect(page.locator("h1")).to_have_text("总览")
    page.locator(".lang").click()
    expect(page.locator("h1")).to_have_text("wall")
    page.reload()
    expect(page.locator("h1")).to_have_text("wall")


def test_on_a_telephone_nothing_is_wider_than_the_screen(site: Site) -> None:
    for path in ("/", "/incidents", "/sign-in"):
        page = site.visit("ma", path, viewport={"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_a_prefecture_s_wall_has_its_own_places_alone(site: Site) -> None:
    page = site.visit("zhuoma")
    names = set(page.locator(".tree [data-n]").evaluate_all("all => all.map(e => e.dataset.n)"))
    assert "haixi" in names
    assert not {"chengdong", "xining"} & names
    assert all(site.world.network.sites[name].code.startswith("6328") for name in names)


def test_dark_and_light_are_chosen_by_a_button_and_kept(site: Site) -> None:
    page = site.visit("ma", color_scheme="light")
    page.locator("#theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"

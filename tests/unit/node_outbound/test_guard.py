"""What the guard lets through by syntax alone: every spelling here has walked around somebody's guard."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.node.outbound import AddressGuard, AddressRefused

PUBLIC = [
    ("https://example.com", "https://example.com:443", "/"),
    ("https://example.com/", "https://example.com:443", "/"),
    ("HTTPS://Example.COM/Path?Q=1", "https://example.com:443", "/Path?Q=1"),
    ("https://example.com:8443/ocpi/2.2.1/sessions", "https://example.com:8443", "/ocpi/2.2.1/sessions"),
    ("https://example.com:443/a", "https://example.com:443", "/a"),
    ("https://8.8.8.8/a", "https://8.8.8.8:443", "/a"),
    ("https://[2606:4700:4700::1111]:8443/a", "https://[2606:4700:4700::1111]:8443", "/a"),
    ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example:443", "/"),
    ("https://a.example/a/../b%2e%2e/%zz?x=[1]|{2}&y=https://other.example/@", "https://a.example:443", None),
    ("https://1.example.com/", "https://1.example.com:443", "/"),
]

NOT_PUBLIC = [
    # schemes
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "example.com",
    "https:/example.com/",
    "https:///example.com/",
    "https:example.com",
    " https://example.com/",
    "https://example.com/ ",
    "",
    "https://",
    "https:///",
    "http://example.com/",  # plain, not allowed by default
    # user information and what looks like it
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com%40127.0.0.1/",
    "https://@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com\\.evil.example/",
    "https:\\\\example.com\\",
    "https://example.com#@127.0.0.1/",
    "https://example.com?@127.0.0.1/",
    "https://example.com?x=1",
    "https://example.com/a#fragment",
    "https://example.com/a\\b",
    # characters
    "https://example.com/a b",
    "https://example.com/a\r\nHost: evil",
    "https://example.com/a\nb",
    "https://example.com/a\tb",
    "https://example.com/a\x00b",
    "https://example.com/a\x7f",
    "https://example.com/ä",
    "https://exam\nple.com/",
    "https://exam\tple.com/",
    "https://example.com\r\n/",
    "https://example .com/",
    "https://%65xample.com/",
    "https://example.com/" + "a" * 2_048,
    # ports
    "https://example.com:/",
    "https://example.com:0/",
    "https://example.com:080/",
    "https://example.com:65536/",
    "https://example.com:99999/",
    "https://example.com:-1/",
    "https://example.com:+443/",
    "https://example.com:4_43/",
    "https://example.com:٤٤٣/",
    "https://example.com:443:443/",
    # names
    "https://localhost/",
    "https://LOCALHOST:8443/",
    "https://api.localhost/",
    "https://localhost./",
    "https://example.com./",
    "https://.example.com/",
    "https://example..com/",
    "https://-example.com/",
    "https://example-.com/",
    "https://exa_mple.com/",
    "https://" + "a" * 64 + ".example/",
    "https://" + ".".join(["a" * 60] * 5) + "/",
    # internationalised names and their tricks
    "https://bücher.example/",
    "https://ｅxample.com/",  # fullwidth letter, normalises to ASCII
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://exam\u00adple.com/",
    "https://ß.example/",
    "https://xn--.example/",
    "https://xn--abc-.example/",
    "https://xn--a.example/",
    "https://xn--zzzzzzzzzzzz99999.example/",
    "https://ab--cd.example/",
    # IPv4, in every spelling
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.01/",
    "https://127.000.000.001/",
    "https://0127.0.0.1/",
    "https://127.0.0.0x1/",
    "https://127.0.0.0x/",
    "https://127.0.0.1./",
    "https://8.8.8.010/",
    "https://8.8.8/",
    "https://8.8.8.8.8/",
    "https://8.8.8.256/",
    "https://134744072/",
    "https://a.1/",
    # IPv4 that is not the public internet
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://100.127.255.255/",
    "https://127.255.255.254/",
    "https://168.63.129.16/",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.8/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://192.168.1.1/",
    "https://198.18.0.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    # IPv6
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::ffff:808:808]/",
    "https://[::ffff:0:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[::7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::808:808]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:808:808::]/",
    "https://[2001::1]/",
    "https://[2001:10::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[100::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2606:4700:4700:0::1111]/",
    "https://[2606:4700:4700:0:0:0:0:1111]/",
    "https://[2606:4700:4700::01111]/",
    "https://[2606:4700:4700::1111/",
    "https://2606:4700:4700::1111/",
    "https://[]/",
    "https://[v1.fe]/",
    "https://[8.8.8.8]/",
    "https://[2606:4700:4700::1111]evil.example/",
    "https://evil.example[2606:4700:4700::1111]/",
]


@pytest.mark.parametrize(("url", "key", "target"), PUBLIC)
def test_check_url_of_a_public_receiver_is_read(url: str, key: str, target: str | None) -> None:
    parsed = AddressGuard().check_url(url)
    assert parsed.origin.key == key
    assert parsed.target == (target if target is not None else "/" + url.split("/", 3)[3])


@pytest.mark.parametrize("url", NOT_PUBLIC, ids=ascii)
def test_check_url_of_anything_else_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard().check_url(url)


LOCAL = [
    "https://127.0.0.1/",
    "https://localhost:8443/",
    "https://[::1]/",
    "https://10.1.2.3/",
    "https://[fd12::1]/",
]
NEVER = ["https://169.254.169.254/", "https://0.0.0.0/", "https://[::ffff:7f00:1]/", "https://224.0.0.1/"]
NEVER += ["https://[fe80::1]/", "https://[::]/", "https://[fd00:ec2::254]/", "https://100.100.100.200/"]


@pytest.mark.parametrize("url", LOCAL)
def test_check_url_of_a_private_address_is_read_when_private_is_allowed(url: str) -> None:
    assert AddressGuard(allow_private=True).check_url(url).target == "/"


@pytest.mark.parametrize("url", NEVER)
def test_check_url_of_metadata_and_disguises_is_refused_even_when_private_is_allowed(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard(allow_private=True).check_url(url)


def test_check_url_with_opened_networks_reads_those_and_no_others() -> None:
    guard = AddressGuard(allow_private=["10.1.0.0/16", "::1/128"])
    assert guard.check_url("https://10.1.2.3/").origin.host == "10.1.2.3"
    assert guard.check_url("https://localhost/").origin.host == "localhost"
    for url in ("https://10.2.0.1/", "https://127.0.0.1/"):
        with pytest.raises(AddressRefused):
            guard.check_url(url)


def test_check_url_with_allowed_ports_refuses_the_others() -> None:
    guard = AddressGuard(allowed_ports={443, 8443})
    assert guard.check_url("https://example.com/").origin.port == 443
    with pytest.raises(AddressRefused):
        guard.check_url("https://example.com:22/")


def test_check_url_of_plain_http_is_read_only_when_allowed() -> None:
    assert AddressGuard(allow_http=True).check_url("http://example.com/").origin.port == 80


def test_refusals_name_neither_path_nor_query() -> None:
    with pytest.raises(AddressRefused) as refused:
        AddressGuard().check_url("https://10.0.0.1/secret?token=secret")
    assert "secret" not in str(refused.value)


@given(st.text(st.characters(), max_size=60) | st.text("htps:/[]@.0x1a#?\\%-", max_size=40))
def test_check_url_of_any_text_is_read_or_refused(text: str) -> None:
    for url in (text, "https://" + text, "https://example.com/" + text):
        try:
            parsed = AddressGuard().check_url(url)
        except AddressRefused:
            continue
        assert parsed.origin.scheme == "https"
        assert set(parsed.origin.host) <= set(string.ascii_lowercase + string.digits + ".-:")
        assert all("!" <= letter <= "~" for letter in parsed.target)

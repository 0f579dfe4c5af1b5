"""The pages whose ports and folders are fixed, run as they are printed, on a network of their own.

The kernel gives each a loopback interface where every port is free, and a view of the file system that
changes nothing outside: as root also one of a machine on which a node is installed.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.pages import ROOT, blocks, shown
from tests.terminal import Terminal

UNSHARE = ("unshare", "--net", "--mount")
LOOPBACK = ("sh", "-c", 'ip link set lo up && exec "$@"', "sh")
ALONE = (*UNSHARE, "--map-root-user", *LOOPBACK)
CLIENT = ROOT / "tests/npm/node_modules"
MACHINE = """
mkdir etc && cp -a /etc/. etc && mount --bind etc /etc
for folder in /var/lib /var/log /run; do mount -t tmpfs none $folder; done
mkdir -p /var/lib/nginx /var/log/nginx /etc/nginx/conf.d
echo 127.0.0.1 node.example.org >> /etc/hosts
openssl req -x509 -newkey rsa:2048 -nodes -keyout /etc/ssl/node.key -out /etc/ssl/node.pem \
  -subj /CN=node.example.org -addext subjectAltName=DNS:node.example.org 2> openssl.log
export CURL_CA_BUNDLE=/etc/ssl/node.pem
"""
CAR = """
eval "$(grep -A 2 'paste this' network.log | tail -n 1)"
until curl -s http://127.0.0.1:8090/sites/Yard.json | jq -e '.cars[] | select(.state == "controlled")'
do sleep 0.2; done
"""
HEARTBEAT = """
curl -sS --fail-with-body --retry 9 --retry-connrefused http://127.0.0.1:8091/fp/2.0/heartbeat \
  -H "Authorization: Token $(cat oscp.token)" -H "X-Request-ID: 1" -H "Content-Type: application/json" \
  -d '{"offline_mode_at": "2099-01-01T00:00:00Z"}'
"""


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)}")


pytestmark = [
    pytest.mark.long,
    needs("bash", "curl", "ip", "openssl", "unshare"),
    pytest.mark.skipif(
        subprocess.call(["sh", "-c", f"{shlex.join([*ALONE, 'true'])} 2> /dev/null"]) != 0,
        reason="this user may not have a network of its own",
    ),
]


async def test_six_lines_of_the_readme_start_a_chain_and_a_node(tmp_path: Path) -> None:
    async with Terminal.opened(tmp_path, within=ALONE) as terminal:
        await terminal.show(block for block in blocks("../README.md") if block.note == "in=test_pages_alone")


@needs("jq")
async def test_planner_is_hired_plans_a_car_and_hears_a_grid_operator_as_the_page_says(
    tmp_path: Path,
) -> None:
    *page, oscp = shown("how-to/plan-a-site.md")
    async with Terminal.opened(tmp_path, within=ALONE) as terminal:
        await terminal.show(page)
        await terminal.run(CAR)
        await terminal.run("""kill -INT $!; wait $!; sed -i 's/^file = .*/oscp_group = "G1"/' yard.toml""")
        await terminal.show([oscp])
        await terminal.run(HEARTBEAT)


@pytest.mark.npm
@pytest.mark.skipif(not CLIENT.exists(), reason="the npm package @shareandcharge/ocn-registry is absent")
@needs("npx")
async def test_client_of_npm_finds_the_chain_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(CLIENT)
    async with Terminal.opened(tmp_path, within=ALONE) as terminal:
        printed = await terminal.show(shown("how-to/use-the-npm-registry-client.md"))
    assert [line for line in printed.split() if line == "[]"] == ["[]", "[]"], printed


@needs("nginx", "useradd")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to a user that it adds")
async def test_node_is_installed_behind_its_proxy_as_the_page_says(tmp_path: Path) -> None:
    page = shown("how-to/run-a-node.md")
    (proxy,) = [block for block in page if block.language == "nginx"]
    async with Terminal.opened(tmp_path, within=(*UNSHARE, *LOOPBACK)) as terminal:
        await terminal.run(MACHINE)
        await terminal.show([proxy])
        await terminal.run("nginx -g 'daemon off;' &")
        printed = await terminal.show(page)
    assert '"url":"https://node.example.org"' in printed, printed

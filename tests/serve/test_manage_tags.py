"""Entity tags of the management API's lists: one tag, one body."""

from manage_case import BASE, Admin, admin_of
from serve_case import Place
from starlette.requests import Request

from tieout.serve.manage.question import Listing, list_tag, read_list_condition


def test_a_tag_stands_for_one_body(managed: Place, admin: Admin) -> None:
    path, other = f"{BASE}/organizations?limit=1", admin_of(managed)
    mine, theirs = (client.get(path) for client in (admin.client, other.client))
    assert mine.json()["rows"] == theirs.json()["rows"]
    assert mine.content != theirs.content  # a cursor is of one key
    assert mine.headers["ETag"] != theirs.headers["ETag"]
    for answer, client in ((mine, admin.client), (theirs, other.client)):
        known = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(path).content == answer.content
        assert client.get(path, headers=known).status_code == 304
    assert other.client.get(path, headers={"If-None-Match": mine.headers["ETag"]}).json()["next"]
    other.client.close()


def test_the_tag_of_a_first_page_stands_for_its_list() -> None:
    tag = Listing("plans", (), (), 1_000).tag(3, cursor="c")
    scope = {"type": "http", "headers": [(b"if-match", tag.encode())]}
    condition = read_list_condition(Request(scope))
    assert condition.fits(list_tag("plans", snapshot=3))
    assert not condition.fits(list_tag("plans", snapshot=4))

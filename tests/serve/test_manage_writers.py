"""Two writers at the management API, and one that asks twice."""

import threading
import time
from collections import Counter

from manage_case import BASE, CHANGES, Admin, admin_of, code
from serve_case import Place


def organization(name: str, **cells: str) -> dict[str, str]:
    return {"organization_id": name, "role": "customer", "name": name.title(), **cells}


def test_the_same_request_again_is_answered_again_and_changes_nothing(
    managed: Place, admin: Admin
) -> None:
    rows = {"organizations": [organization("twice")]}
    first = admin.post(rows, key="twice")
    assert first.headers["Idempotent-Replayed"] == "false"
    admin.put(
        "/organizations/twice", organization("twice", country="NL"), if_match=first_tag(admin)
    )
    newest = admin.get("/snapshots", limit=1)["snapshots"][0]["snapshot"]
    again = admin.post(rows, key="twice")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert admin.get("/organizations/twice")["country"] == "NL"
    assert admin.get("/snapshots", limit=1)["snapshots"][0]["snapshot"] == newest > 1
    other = admin.post({"organizations": [organization("thrice")]}, key="twice")
    assert code(other) == (422, "IDEMPOTENCY_KEY_REUSED")
    somebody = admin_of(managed)
    assert somebody.post(rows, key="twice").headers["Idempotent-Replayed"] == "false"
    somebody.client.close()


def first_tag(admin: Admin) -> str:
    return admin.tag("/organizations/twice")


def test_a_refused_request_may_be_mended_under_its_key(admin: Admin) -> None:
    wrong = {"organizations": [organization("mended", currency="EURO")]}
    assert code(admin.post(wrong, key="mended")) == (422, "REFERENCE_REFUSED")
    right = {"organizations": [organization("mended", currency="eur")]}
    assert admin.post(right, key="mended").status_code == 200
    assert admin.get("/organizations/mended")["currency"] == "EUR"


def test_a_busy_writer_says_when_to_come_again(managed: Place, admin: Admin) -> None:
    rows = {"organizations": [organization("busy")]}
    with managed.house.writer():
        answers = [
            admin.post(rows, key="busy"),
            admin.put("/organizations/busy", rows["organizations"][0], if_none_match="*"),
            admin.client.delete(
                f"{BASE}/contracts/c1/2021-01-01",
                params={"valid_to": "2030-01-01"},
                headers={"If-Match": "*"},
            ),
        ]
        assert admin.get("/organizations/dist")["role"] == "distributor"
    for answer in answers:
        assert code(answer) == (409, "WRITER_BUSY")
        assert int(answer.headers["Retry-After"]) > 0
    assert admin.post(rows, key="busy").status_code == 200


def test_two_writers_of_one_row_lose_no_change(managed: Place, admin: Admin) -> None:
    turns, both = 2, threading.Barrier(2)
    path = "/organizations/counted"
    row = organization("counted", account_no="0")
    assert admin.put(path, row, if_none_match="*").status_code == 201
    statuses: Counter[int] = Counter()

    def count() -> None:
        writer = admin_of(managed)
        both.wait(60)
        done = 0
        while done < turns:
            read = writer.client.get(BASE + path)
            number = str(int(read.json()["account_no"]) + 1)
            answer = writer.put(
                path, {**read.json(), "account_no": number}, if_match=read.headers["ETag"]
            )
            statuses[answer.status_code] += 1
            done += answer.status_code == 200
            time.sleep(0 if answer.status_code == 200 else 0.1)
        writer.client.close()

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert admin.get(path)["account_no"] == str(2 * turns)
    assert statuses.keys() <= {200, 409, 412}
    assert statuses[200] == 2 * turns < statuses.total(), "the two never met"


def test_the_same_request_twice_at_once_is_one_change(admin: Admin) -> None:
    rows = {"organizations": [organization(f"once-{n}") for n in range(50)]}
    before = admin.get("/snapshots", limit=1)["snapshots"][0]["snapshot"]
    answers = []

    def ask() -> None:
        while True:
            answer = admin.client.post(
                CHANGES, json={"rows": rows}, headers={"Idempotency-Key": "once"}
            )
            if answer.status_code != 409:
                answers.append(answer)
                return
            time.sleep(0.05)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert {one.headers["Idempotent-Replayed"] for one in answers} == {"true", "false"}
    assert admin.get("/snapshots", limit=1)["snapshots"][0]["snapshot"] == before + 1

"""`tieout key`: make, list and revoke access keys, and change the key that signs tokens."""

from dataclasses import asdict
from datetime import datetime

import click

from tieout.pipeline import Word
from tieout.serve.access import ENVIRONMENTS, create_key, list_keys, mark_environment, revoke_key
from tieout.serve.app import utc_now
from tieout.serve.cli import Shell
from tieout.serve.cli.decisions import BY
from tieout.serve.roles import ROLES, SCOPES
from tieout.serve.signing_keys import LIVES, rotate_keys


@click.group()
def key() -> None:
    """Make, list and revoke access keys; rotate the one that signs tokens."""


@key.command()
@click.option(
    "--organization",
    "organizations",
    multiple=True,
    metavar="ID",
    help="Whom the key stands for; needed unless the role is admin.",
)
@click.option("--role", type=click.Choice(list(ROLES)), required=True)
@click.option("--endpoints", default="", help=f"A comma-separated list of {', '.join(SCOPES)}.")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day the key no longer works; default in 12 months, at most in 24.",
)
@click.option(
    "--environment",
    type=click.Choice(list(ENVIRONMENTS)),
    default=ENVIRONMENTS[0],
    show_default=True,
    help="Calls of development keys keep no version of the Billing API alive.",
)
@BY
@click.pass_obj
def create(
    shell: Shell,
    *,
    organizations: tuple[str, ...],
    role: str,
    endpoints: str,
    expires: datetime | None,
    environment: str,
    by: str,
) -> None:
    """Make a key; its text is shown this once.

    A key of role admin opens the management API (/manage/v1) and the usage of the Billing API's
    versions, no invoice.
    """
    made, text = create_key(
        shell.house.catalog,
        organizations=organizations,
        role=role,
        endpoints=[name.strip() for name in endpoints.split(",") if name.strip()],
        expires=expires.date() if expires else None,
        word=Word(by, utc_now()),
    )
    made = mark_environment(
        shell.house.catalog, made, environment=environment, word=Word(by, utc_now())
    )
    if shell.json:
        shell.print_json(
            {
                "keyId": made.key_id,
                "key": text,
                "role": made.role,
                "organizations": list(made.organizations),
                "endpoints": list(made.endpoints),
                "expires": made.expires,
                "environment": made.environment,
            }
        )
        return
    click.echo(text)
    shell.say(f"keep it: it is not shown again; it works until {made.expires}")
    shell.say(f"as an OAuth client: id {made.key_id}, secret what follows it in the key")


@key.command("list")
@click.pass_obj
def list_(shell: Shell) -> None:
    """List the keys, without their secrets."""
    keys = list_keys(shell.house.catalog)
    if shell.json:
        names = {"key_id": "keyId", "created_at": "createdAt", "revoked_at": "revokedAt"}
        shell.print_json(
            {"keys": [{names.get(n, n): v for n, v in asdict(one).items()} for one in keys]}
        )
    for one in keys:
        state = f"revoked {one.revoked_at}" if one.revoked_at else f"works until {one.expires}"
        shell.say(f"{one.key_id}  {one.role}  {', '.join(one.organizations) or '-'}  {state}")


@key.command()
@click.argument("key_id")
@BY
@click.pass_obj
def revoke(shell: Shell, key_id: str, *, by: str) -> None:
    """Make a key open nothing from now on."""
    revoke_key(shell.house.catalog, key_id, word=Word(by, utc_now()))
    if shell.json:
        shell.print_json({"keyId": key_id, "revoked": True})
    shell.say(f"key {key_id} is revoked")


@key.command()
@click.option(
    "--at-once",
    is_flag=True,
    help="Tokens signed so far end now, as after a leak; else they live on until they expire.",
)
@BY
@click.pass_obj
def rotate(shell: Shell, *, at_once: bool, by: str) -> None:
    """Let a new key sign the tokens that /oauth/token gives; access keys stay as they are."""
    made = rotate_keys(shell.house.catalog, at_once=at_once, word=Word(by, utc_now()))
    if shell.json:
        shell.print_json({"kid": made.kid, "createdAt": made.created_at, "atOnce": at_once})
    ends = "at once" if at_once else f"within {int(LIVES.total_seconds()) // 60} minutes"
    shell.say(f"key {made.kid} signs tokens from now on; those of the one before end {ends}")

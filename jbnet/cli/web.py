"""``jbnet web``: the page; who may use it, and what they did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jbnet.model.rights import Role

app = typer.Typer(
    add_completion=False, invoke_without_command=True, help="The NOC's page; its users, API tokens and audit log."
)
user = typer.Typer(no_args_is_help=True, add_completion=False, help="Who may sign in, as what, and to see which part.")
token = typer.Typer(no_args_is_help=True, add_completion=False, help="Tokens with which programs use the page's API.")
app.add_typer(user, name="user")
app.add_typer(token, name="token")

Name = Annotated[str, typer.Argument(metavar="NAME")]
Under = Annotated[
    str | None, typer.Option("--under", metavar="SITE", help="They see and handle this site and all below it alone.")
]
PageLang = Annotated[
    str | None, typer.Option("--page-lang", metavar="en|zh", help="Language of their page (else that of this command).")
]
Stdin = Annotated[bool, typer.Option("--stdin", help="Take the password from the first line of stdin.")]


@app.callback()
def serve(
    ctx: typer.Context,
    bind: Annotated[str, typer.Option("--bind", metavar="HOST:PORT", help="Where it listens.")] = "127.0.0.1:8700",
    name: Annotated[
        list[str] | None, typer.Option("--name", metavar="HOST", help="Another name by which browsers call it.")
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="FILE", help="Its certificate with the chain, PEM.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="FILE", help="The certificate's key, PEM.")
    ] = None,
) -> None:
    """Serve the NOC's page until it is ended. Elsewhere than on this machine it listens with TLS alone."""
    if ctx.invoked_subcommand is None:
        from jbnet.cli.web_serve import run

        run(ctx.obj, bind, name or (), tls_cert, tls_key)


@user.command("add")
def user_add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    under: Under = None,
    page_lang: PageLang = None,
    stdin: Stdin = False,
) -> None:
    """Let somebody sign in. Asks for their password without showing it.

    A viewer sees; an operator sees and handles incidents; an engineer may change things, too; an approver sees, and
    approves recoveries.
    """
    from jbnet.cli.web_people import add_user

    add_user(ctx.obj, name, role, under, page_lang, stdin=stdin)


@user.command("change")
def user_change(
    ctx: typer.Context,
    name: Name,
    role: Annotated[Role | None, typer.Option("--role", help="What they may do from now on.")] = None,
    under: Under = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="They see and handle the whole network.")] = False,
    page_lang: PageLang = None,
) -> None:
    """Give a user another role, part of the network or language; it holds at once, where they are signed in, too."""
    from jbnet.cli.web_people import change_user

    change_user(ctx.obj, name, role, under, page_lang, everywhere=everywhere)


@user.command("list")
def user_list(ctx: typer.Context) -> None:
    """List the users: role, part of the network, when they last signed in; those who were removed, too."""
    from jbnet.cli.web_people import list_users

    list_users(ctx.obj)


@user.command("password")
def user_password(ctx: typer.Context, name: Name, stdin: Stdin = False) -> None:
    """Set a user's password. Ends their sessions; their tokens stay."""
    from jbnet.cli.web_people import set_password

    set_password(ctx.obj, name, stdin=stdin)


@user.command("remove")
def user_remove(ctx: typer.Context, name: Name) -> None:
    """Let a user sign in no more: sessions and tokens end at once. What they did stays in the log."""
    from jbnet.cli.web_people import remove_user

    remove_user(ctx.obj, name)


@token.command("add")
def token_add(
    ctx: typer.Context,
    name: Name,
    owner: Annotated[
        str, typer.Option("--owner", metavar="USER", help="Whose it is: it never grants more than they may.")
    ],
    scope: Annotated[
        str, typer.Option("--scope", metavar="LIST", help="read, handle, approve: one, or several by commas.")
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="Until when it is good.")] = 30,
) -> None:
    """Make a token and print it, once: it is kept nowhere."""
    from jbnet.cli.web_people import add_token

    add_token(ctx.obj, name, owner, scope, days)


@token.command("list")
def token_list(ctx: typer.Context) -> None:
    """List the tokens: whose, what for, until when, when last used."""
    from jbnet.cli.web_people import list_tokens

    list_tokens(ctx.obj)


@token.command("remove")
def token_remove(ctx: typer.Context, name: Name) -> None:
    """Take a token away; it is good for nothing at once."""
    from jbnet.cli.web_people import remove_token

    remove_token(ctx.obj, name)


@app.command()
def audit(
    ctx: typer.Context,
    last: Annotated[int, typer.Option("--last", metavar="N", min=1, help="So many entries.")] = 50,
) -> None:
    """Show who did what on the page, and prove the log: exit code 1 where an entry was changed or is gone."""
    from jbnet.cli.web_people import show_audit

    show_audit(ctx.obj, last)

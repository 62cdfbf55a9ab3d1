"""Print what makes a shell complete `ahnb` with the Tab key.

bash: eval "$(ahnb completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc, after compinit;
fish: ahnb completion fish > ~/.config/fish/completions/ahnb.fish
"""

import argparse

NAME = "completion"
HELP = "print the completion of a shell"
_SHELLS = ("bash", "zsh", "fish")

_BASH = """_ahnb() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" command="${{COMP_WORDS[1]}}" words=""
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{commands}"
    else
        case "$command" in
{cases}
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _ahnb ahnb
"""
_ZSH = "autoload -Uz bashcompinit && bashcompinit\n"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS)


def run(options: argparse.Namespace) -> int:
    """Print a script that needs no Python when it completes."""
    commands = _commands(options.parser())
    print(_fish(commands) if options.shell == "fish" else _bash(commands, options.shell), end="")
    return 0


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    choices: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            choices |= action.choices
    return choices


def _words(parser: argparse.ArgumentParser) -> list[str]:
    """The long options of a command, and the words that it takes."""
    words: list[str] = []
    for action in parser._actions:
        words += [option for option in action.option_strings if option.startswith("--")]
        words += [str(choice) for choice in action.choices or ()]
    return words


def _bash(commands: dict[str, argparse.ArgumentParser], shell: str) -> str:
    cases = [
        f'            {name}) words="{" ".join(_words(parser))}" ;;'
        for name, parser in commands.items()
    ]
    script = _BASH.format(commands=" ".join(commands), cases="\n".join(cases))
    return _ZSH + script if shell == "zsh" else script


def _fish(commands: dict[str, argparse.ArgumentParser]) -> str:
    lines = [f"complete -c ahnb -n __fish_use_subcommand -f -a '{' '.join(commands)}'"]
    for name, parser in commands.items():
        seen = f"complete -c ahnb -n '__fish_seen_subcommand_from {name}'"
        for word in _words(parser):
            told = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            lines.append(f"{seen} {told}")
    return "\n".join(lines) + "\n"

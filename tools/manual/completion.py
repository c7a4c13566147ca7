"""Completion for bash and zsh from what the command says of itself."""

# What stands for a value in the help -> what a shell does with it; others are not completed.
FILES = {"FILE"}
DIRECTORIES = {"DIR"}

BASH = r'''# bash completion for postern(1). Printed by tools/man-pages.

# What may stand for a value of this kind.
_postern_value() {
    local current=$1 kind=$2
    case $kind in
        FILE)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        DIR)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        *'|'*)
            mapfile -t COMPREPLY < <(compgen -W "${kind//|/ }" -- "$current") ;;
    esac
}

# Sets $options, $commands and $operand for a command, and $kind and $given for one of its options:
# what its value is, and whether it must be given.
_postern_words() {
    options='' commands='' operand='' kind='' given=''
    case $1 in
@CASES@    esac
}

_postern() {
    local current=$2 command='' word previous='' index
    local options commands operand kind given
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        _postern_words "$command" "$previous"
        if [[ $given && $word != '=' ]]; then
            previous=
            continue
        fi
        case $word in
            =) ;;
            -*) previous=$word ;;
            *)
                [[ " $commands " == *" $word "* ]] && command=${command:+$command }$word
                previous= ;;
        esac
    done
    [[ $current == '=' ]] && current=
    _postern_words "$command" "$previous"
    if [[ $kind && $current != -* ]]; then
        _postern_value "$current" "$kind"
        [[ $given || ${COMPREPLY[*]} ]] && return
    fi
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif [[ $commands ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
    elif [[ $operand ]]; then
        _postern_value "$current" "$operand"
    fi
}

complete -F _postern postern
'''

ZSH = '''#compdef postern
# zsh completion for postern(1). Printed by tools/man-pages.

@FUNCTIONS@
_postern "$@"
'''


def walk(command, words=()):
    """(words, command) of each command, the program itself first."""
    yield " ".join(words), command
    for each in command["commands"]:
        yield from walk(each, words + (each["name"],))


def bash_case(words, command):
    named = [option for option in command["options"] if option["names"]]
    operands = [option["value"] for option in command["options"] if not option["names"]]
    lines = [f"        '{words}')",
             f"            options='{' '.join(name for option in named for name in option['names'])}'"]
    if command["commands"]:
        lines.append(f"            commands='{' '.join(each['name'] for each in command['commands'])}'")
    if operands:
        lines.append(f"            operand='{operands[0]}'")
    valued = [option for option in named if option["value"]]
    if valued:
        lines.append("            case $2 in")
        for option in valued:
            given = "" if option["value_optional"] else " given=1"
            lines.append(f"                {' | '.join(option['names'])}) kind='{option['value']}'{given} ;;")
        lines.append("            esac")
    lines[-1] += " ;;"
    return "\n".join(lines) + "\n"


def bash(command):
    cases = "".join(bash_case(words, each) for words, each in walk(command))
    return BASH.replace("@CASES@", cases)


def zsh_text(text):
    for special in "\\'[]:":
        text = text.replace(special, {"'": "'\\''"}.get(special, "\\" + special))
    return text


def zsh_value(kind):
    if kind in FILES:
        return f":{kind}:_files"
    if kind in DIRECTORIES:
        return f":{kind}:_files -/"
    if "|" in kind:
        return f":value:({kind.replace('|', ' ')})"
    return f":{kind.replace(',', ' ')}: "


def zsh_option(option):
    value = (":" if option["value_optional"] else "") + zsh_value(option["value"]) if option["value"] else ""
    if not option["names"]:
        return f"'{'*' if option['repeated'] else ''}{zsh_value(option['value'])}'"
    text = f"[{zsh_text(option['text'])}]{value}"
    others = sorted(set(option["names"]) | set(option["excludes"]))
    if option["repeated"]:
        return " ".join(f"'*{name}{text}'" for name in option["names"])
    return " ".join(f"'({' '.join(others)}){name}{text}'" for name in option["names"])


def zsh_function(words, command):
    name = "_".join(["_postern"] + words.split())
    specifications = [zsh_option(option) for option in command["options"]]
    lines = [f"{name}() {{"]
    if not command["commands"]:
        lines += ["    _arguments -s \\"] + [f"        {each} \\" for each in specifications]
        lines[-1] = lines[-1].removesuffix(" \\")
        return "\n".join(lines + ["}", ""])
    lines += ["    local context state state_descr line", "    typeset -A opt_args", "    _arguments -C -s \\"]
    lines += [f"        {each} \\" for each in specifications]
    lines += ["        '1:command:->command' '*::argument:->argument' && return",
              "    case $state in", "        command)", "            local -a commands=("]
    lines += [f"                '{each['name']}:{zsh_text(each['text'])}'" for each in command["commands"]]
    lines += ["            )", "            _describe command commands ;;", "        argument)",
              "            case $line[1] in"]
    lines += [f"                {each['name']}) {name}_{each['name']} ;;" for each in command["commands"]]
    lines += ["            esac ;;", "    esac", "}", ""]
    return "\n".join(lines)


def zsh(command):
    functions = [zsh_function(words, each) for words, each in reversed(list(walk(command)))]
    return ZSH.replace("@FUNCTIONS@", "\n".join(functions))

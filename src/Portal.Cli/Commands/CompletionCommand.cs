using System.CommandLine;

namespace Portal.Cli.Commands;

/// <summary><c>portal completion bash|zsh|fish</c>: a script that completes verbs, options and their values. The words come from the command line itself, by its suggest directive.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _portal() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(portal "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _portal portal
            """,
        ["zsh"] = """
            #compdef portal
            _portal() {
                local -a words_found
                words_found=("${(@f)$(portal "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -- $words_found
            }
            compdef _portal portal
            """,
        ["fish"] = """
            complete -c portal -f -a '(portal "[suggest:"(string length (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print the completion script of a shell. For bash: source <(portal completion bash)") { shell };
        command.SetAction(result => Console.WriteLine(Scripts[result.GetValue(shell)!]));
        return command;
    }
}

using System.Globalization;

namespace Tallystick.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
internal sealed record Options
{
    /// <summary>A short run that shows that everything works; its figures say little.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Everything, however long it takes.</summary>
    public bool IsFull { get; init; }

    /// <summary>Seconds of each run of the table.</summary>
    public int Seconds { get; init; } = 4;

    /// <summary>Seconds of the sustained run.</summary>
    public int SustainedSeconds { get; init; } = 60;

    /// <summary>Live uids with which memory is measured; 0 leaves that out.</summary>
    public long Uids { get; init; }

    /// <summary>The only number of accounts to bill; 0 for all sizes of the report.</summary>
    public int Accounts { get; init; }

    /// <summary>Measurements to bill; 0 for as many as the report has.</summary>
    public long Measurements { get; init; }

    /// <summary>The arguments, to repeat the run with.</summary>
    public string Text { get; init; } = "";

    /// <summary>Reads the arguments; null when they cannot be understood.</summary>
    public static Options? Parse(string[] arguments)
    {
        var options = new Options { Text = string.Join(' ', arguments) };
        for (var index = 0; index < arguments.Length; index++)
        {
            switch (arguments[index])
            {
                case "--quick":
                    options = options with { IsQuick = true, Seconds = 1, SustainedSeconds = 6 };
                    break;
                case "--full":
                    options = options with { IsFull = true };
                    break;
                case "--seconds" when TryRead(arguments, ++index, out var seconds):
                    options = options with { Seconds = (int)seconds, SustainedSeconds = (int)seconds };
                    break;
                case "--uids" when TryRead(arguments, ++index, out var uids):
                    options = options with { Uids = uids };
                    break;
                case "--accounts" when TryRead(arguments, ++index, out var accounts):
                    options = options with { Accounts = (int)accounts };
                    break;
                case "--measurements" when TryRead(arguments, ++index, out var measurements):
                    options = options with { Measurements = measurements };
                    break;
                default:
                    return null;
            }
        }
        return options;
    }

    private static bool TryRead(string[] arguments, int index, out long value)
    {
        value = 0;
        return index < arguments.Length
            && long.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value > 0;
    }
}

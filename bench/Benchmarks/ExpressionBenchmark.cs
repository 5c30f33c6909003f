using System.Diagnostics;
using NodaTime;
using Tallystick.Metering.Expressions;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>How many calculations are evaluated a second, beside the same formula written in C#.</summary>
internal static class ExpressionBenchmark
{
    private const int Rounds = 7;
    private const int Evaluations = 2_000_000;

    private static readonly (string Calculation, Func<decimal, decimal, decimal> Code)[] Formulas =
    [
        ("n * 2", (n, _) => n * 2),
        ("Math.ceil(n / 1024, 2)", (n, _) => decimal.Round(n / 1024, 2, MidpointRounding.ToPositiveInfinity)),
        ("n * (n > 1000 ? 0.0008 : 0.001) + m * 0.02", (n, m) => n * (n > 1000 ? 0.0008m : 0.001m) + m * 0.02m),
        ("Math.max(n - 100 * m, 0) / (m + 1) + n % 7", (n, m) => Math.Max(n - 100 * m, 0) / (m + 1) + n % 7),
    ];

    /// <summary>Runs both in turns and writes the report.</summary>
    internal static void Run()
    {
        Begin("Expressions", "bench/expressions", isQuick: false);
        Write($"""
            {Evaluations:N0} evaluations of each, on one thread, in turns with C#; medians of {Rounds} rounds. The
            inputs change with each evaluation, as with each measurement.

            | calculation | evaluations/s | C# /s | times the time of C# |
            | --- | --- | --- | --- |
            """);
        foreach (var (calculation, code) in Formulas)
        {
            List<double> evaluated = [], written = [];
            for (var round = 0; round <= Rounds; round++)
            {
                var (own, sharp) = (Evaluate(calculation), RunCode(code));
                if (round == 0)
                    continue; // compiles
                evaluated.Add(Evaluations / own);
                written.Add(Evaluations / sharp);
            }
            Row(
                $"`{calculation}`", Count(Median(evaluated)), Count(Median(written)),
                Short(Median(written) / Median(evaluated)));
        }
    }

    private static double Evaluate(string calculation)
    {
        var scope = new NameScope { Lookups = _ => null, Offered = "" };
        scope.Add("n", ValueKind.Number);
        scope.Add("m", ValueKind.Number);
        var slots = new Slots();
        var compiled = Calculation.Compile(calculation, scope, slots, ValueKind.Number);
        var (n, m) = (slots.OfName("n"), slots.OfName("m"));
        var evaluation = new Evaluation(slots, DateTimeZone.Utc);
        var sum = 0m;
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; number < Evaluations; number++)
        {
            evaluation.Values[n] = Value.Of((decimal)number);
            evaluation.Values[m] = Value.Of((decimal)(number & 15));
            if (compiled.TryNumber(evaluation, out var result))
                sum += result.GetValueOrDefault();
        }
        return Seconds(begun, sum);
    }

    private static double RunCode(Func<decimal, decimal, decimal> code)
    {
        var sum = 0m;
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; number < Evaluations; number++)
            sum += code(number, number & 15);
        return Seconds(begun, sum);
    }

    // The sum keeps the work from being left out.
    private static double Seconds(long begun, decimal sum) =>
        Stopwatch.GetElapsedTime(begun).TotalSeconds + (sum == decimal.MinValue ? 1 : 0);
}

using Tallystick.Benchmarks;
using Tallystick.Benchmarks.Billing;
using Tallystick.Benchmarks.Config;
using Tallystick.Benchmarks.Serving;

switch (args)
{
    case ["serve", var data, .. var rest]:
        await ServingChild.RunAsync(data, isDiscarding: rest is ["--discard"]);
        return 0;
    case ["ingest", .. var rest] when Options.Parse(rest) is { } options:
        await IngestBenchmark.RunAsync(options);
        return 0;
    case ["query", .. var rest] when Options.Parse(rest) is { } options:
        await QueryBenchmark.RunAsync(options);
        return 0;
    case ["config", .. var rest] when Options.Parse(rest) is { } options:
        await ConfigBenchmark.RunAsync(options);
        return 0;
    case ["billing", .. var rest] when Options.Parse(rest) is { } options:
        await BillingBenchmark.RunAsync(options);
        return 0;
    case ["expressions"]:
        ExpressionBenchmark.Run();
        return 0;
    default:
        System.Console.Error.WriteLine("usage: bench/ingest [--quick] [--full] [--seconds N] [--uids N]");
        System.Console.Error.WriteLine("       bench/query [--quick] [--full]");
        System.Console.Error.WriteLine("       bench/config [--quick] [--seconds N]");
        System.Console.Error.WriteLine("       bench/billing [--quick]");
        System.Console.Error.WriteLine("       bench/expressions");
        return 2;
}

namespace Tallystick.Console.Pages.Accounts;

/// <summary>A made-up row that shows what a list looks like.</summary>
internal sealed record SampleAccount(
    string Name, string Code, string Status, string Plan, string Usage, string ThisPeriod)
{
    internal static IReadOnlyList<SampleAccount> All { get; } =
    [
        new("Aldgate Analytics", "aldgate", "Active", "Scale", "1,204,551.0000125", "USD 2,409.10"),
        new("Birch Bank", "birch-bank", "Active", "Enterprise 2026", "98,300,112", "USD 41,870.00"),
        new("Calder Energy", "calder", "Pending", "Pay as you go", "0.0000125", "USD 0.01"),
        new("Dunmore Health", "dunmore", "Failed", "Team", "40,112.5", "USD 120.34"),
        new("Elm Robotics", "elm", "Active", "Team", "7,730", "USD 61.80"),
    ];
}

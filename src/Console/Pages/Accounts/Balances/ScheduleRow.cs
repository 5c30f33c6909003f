namespace Tallystick.Console.Pages.Accounts.Balances;

/// <summary>A schedule of a balance in a list.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name.</param>
/// <param name="Amount">What it creates each time.</param>
/// <param name="Frequency">How often.</param>
/// <param name="Next">When it runs next; null after its last run.</param>
public sealed record ScheduleRow(string Id, string Name, string Amount, string Frequency, DateTimeOffset? Next);

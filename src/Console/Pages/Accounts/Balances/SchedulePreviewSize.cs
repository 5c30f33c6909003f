namespace Tallystick.Console.Pages.Accounts.Balances;

/// <summary>How much of a schedule its preview shows.</summary>
internal static class SchedulePreviewSize
{
    internal const int Rows = 24;
}

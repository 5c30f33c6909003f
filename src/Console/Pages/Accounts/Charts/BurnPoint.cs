namespace Tallystick.Console.Pages.Accounts.Charts;

/// <summary>A change of what remains of a prepayment or a balance.</summary>
/// <param name="When">The day, as people read it.</param>
/// <param name="What">What changed it.</param>
/// <param name="Change">By how much: negative for what was drawn.</param>
/// <param name="Left">What remained afterwards.</param>
public sealed record BurnPoint(string When, string What, decimal Change, decimal Left)
{
    /// <summary>The page of what changed it; null for none.</summary>
    public string? Page { get; init; }
}

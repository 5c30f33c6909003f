namespace Tallystick.Billing.Tests.Verification;

/// <summary>What does not hold in a document, in words.</summary>
internal sealed class Faults
{
    // Parts of divided units are stored with 18 places.
    private static readonly Exact Tolerance = Exact.Power10(-12);

    public List<string> All { get; } = [];

    /// <summary>What the following faults are about.</summary>
    public string About { get; set; } = "Bill";

    public void Say(string fault) => All.Add($"{About}: {fault}");

    public bool Holds(bool condition, string otherwise)
    {
        if (!condition)
            Say(otherwise);
        return condition;
    }

    public void Same(string name, Exact? stated, Exact computed)
    {
        if (stated != computed)
            Say($"{name} is {stated?.ToString() ?? "missing"}, but must be {computed}");
    }

    public void AlmostSame(string name, Exact stated, Exact computed)
    {
        if ((stated - computed).Abs() > Tolerance)
            Say($"{name} is {stated}, but must be {computed}");
    }
}

namespace Tallystick.Server.SampleData;

/// <summary>A customer of the sample company, and how it uses the products.</summary>
/// <param name="Code">Code of its account.</param>
/// <param name="Name">Its name.</param>
/// <param name="Plan">Code of its plan; null if a plan group contains it.</param>
/// <param name="Hourly">Calls in an hour of average activity, on the first day.</param>
internal sealed record SampleCustomer(string Code, string Name, string? Plan, int Hourly)
{
    /// <summary>The customers.</summary>
    internal static IReadOnlyList<SampleCustomer> All { get; } =
    [
        new("acorn-delivery", "Acorn Delivery", SamplePrices.Growth, 900)
        {
            Growth = 14,
            Keys = 4,
            Seats = 7,
            Batch = 3,
            Locality = "Bristol",
        },
        new("bluebird-taxi", "Bluebird Taxi", SamplePrices.PayAsYouGo, 420) { Locality = "Leeds" },
        new("cedar-logistics", "Cedar Logistics", SamplePrices.Scale, 16_000)
        {
            Growth = 4,
            Keys = 6,
            Seats = 12,
            Batch = 5,
            Locality = "Rotterdam",
        },
        new("cedar-north", "Cedar Logistics North", SamplePrices.Scale, 5200)
        {
            Growth = 5,
            Keys = 3,
            Parent = "cedar-logistics",
            Locality = "Aarhus",
        },
        new("cedar-south", "Cedar Logistics South", SamplePrices.Scale, 4100)
        {
            Growth = 3,
            Keys = 3,
            Parent = "cedar-logistics",
            Locality = "Porto",
        },
        new("dovetail-insurance", "Dovetail Insurance", SamplePrices.Scale, 11_000)
        {
            Growth = 6,
            Keys = 5,
            Seats = 9,
            Batch = 4,
            IsOffice = true,
            Locality = "Dublin",
        },
        new("ember-fitness", "Ember Fitness", SamplePrices.PayAsYouGo, 260) { Growth = 5, Locality = "Oslo" },
        new("foxglove-realty", "Foxglove Realty", SamplePrices.Free, 70) { Growth = 9, IsOffice = true },
        new("gannet-weather", "Gannet Weather", SamplePrices.Growth, 700)
        {
            Growth = -11,
            Keys = 2,
            Seats = 4,
            Locality = "Reykjavik",
        },
        new("harbour-events", "Harbour Events", SamplePrices.PayAsYouGo, 150)
        {
            HasSpike = true,
            Keys = 2,
            Locality = "Hamburg",
        },
        new("ivy-schools", "Ivy Schools", null, 380)
        {
            Growth = 4,
            Seats = 5,
            Storage = 140,
            IsOffice = true,
            Locality = "Boston",
        },
        new("juniper-alpine", "Juniper Alpine Tours", SamplePrices.Growth, 520)
        {
            Growth = 7,
            Seats = 3,
            Storage = 46,
            Currency = "EUR",
            Locality = "Innsbruck",
        },
    ];

    /// <summary>Change of activity per day, in thousandths of the first day's.</summary>
    internal int Growth { get; init; } = 2;

    /// <summary>Number of its API keys.</summary>
    internal int Keys { get; init; } = 1;

    /// <summary>Number of its seats; 0 for none.</summary>
    internal int Seats { get; init; }

    /// <summary>Maximum number of batch jobs on a working day.</summary>
    internal int Batch { get; init; }

    /// <summary>Stored gigabytes on the first day; 0 for none.</summary>
    internal int Storage { get; init; }

    /// <summary>Code of the parent account; null for none.</summary>
    internal string? Parent { get; init; }

    /// <summary>Currency of its bills; null for that of the organization.</summary>
    internal string? Currency { get; init; }

    /// <summary>Whether it is active in office hours only.</summary>
    internal bool IsOffice { get; init; }

    /// <summary>Whether its activity rises twentyfold for two days of the latest complete month.</summary>
    internal bool HasSpike { get; init; }

    /// <summary>Where it is.</summary>
    internal string Locality { get; init; } = "London";
}

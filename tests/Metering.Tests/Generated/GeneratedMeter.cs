using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Tests.Generated;

/// <summary>A value of a field: a number, a text, or nothing.</summary>
internal readonly record struct Cell(decimal? Number, string? Text)
{
    public bool IsNull => Number is null && Text is null;

    public static Cell Of(decimal? number) => new(number, null);

    public static Cell Of(string? text) => new(null, text);
}

/// <summary>A random meter whose derived fields the test computes by itself.</summary>
internal sealed class GeneratedMeter
{
    private static readonly DataFieldCategory[] Numeric =
        [DataFieldCategory.Measure, DataFieldCategory.Cost, DataFieldCategory.Income];

    private static readonly DataFieldCategory[] Dimensions =
        [DataFieldCategory.Who, DataFieldCategory.What, DataFieldCategory.Where, DataFieldCategory.Other];

    private static readonly string[] Texts = ["", "a", "b", "A", "ü", "a b", "*", "0", "null", new('x', 300)];

    private readonly Random _random;
    private readonly List<DataField> _data = [];
    private readonly List<DerivedField> _derived = [];
    private readonly List<Func<Dictionary<string, Cell>, Cell>> _formulas = [];

    public GeneratedMeter(Random random, string code)
    {
        _random = random;
        for (var number = random.Next(1, 4); number > 0; number--)
            _data.Add(Data($"n{number}", Numeric[random.Next(Numeric.Length)]));
        for (var number = random.Next(1, 4); number > 0; number--)
            _data.Add(Data($"t{number}", Dimensions[random.Next(Dimensions.Length)]));
        if (random.Next(2) == 0)
            _data.Add(Data("meta", DataFieldCategory.Metadata));
        for (var number = random.Next(4); number > 0; number--)
            AddDerived($"d{number}");
        Meter = new Meter
        {
            Id = "meter-" + code,
            Name = code,
            Code = code,
            DataFields = [.. _data.OrderBy(_ => random.Next())],
            DerivedFields = _derived,
        };
    }

    public Meter Meter { get; }

    /// <summary>Codes of the fields with numbers, also derived ones.</summary>
    public string[] Numbers => Codes(category => category.IsNumeric());

    /// <summary>Codes of the text fields that can be counted, also derived ones.</summary>
    public string[] Countable => Codes(category => !category.IsNumeric());

    /// <summary>Codes of the text fields that divide usage into segments or groups.</summary>
    public string[] Dividing => Codes(category => Dimensions.Contains(category));

    /// <summary>A text that measurements may have.</summary>
    public static string AnyText(Random random) => Texts[random.Next(Texts.Length)];

    /// <summary>Values of all fields: of data fields at random, of derived fields by their formulas.</summary>
    public Dictionary<string, Cell> NextValues()
    {
        var values = new Dictionary<string, Cell>();
        foreach (var field in _data)
        {
            values[field.Code] = field.Category.IsNumeric()
                ? Cell.Of(AnyNumber())
                : Cell.Of(AnyText(_random) is { Length: <= 256 } text ? text : "long");
        }
        foreach (var (field, formula) in _derived.Zip(_formulas))
            values[field.Code] = formula(values);
        return values;
    }

    private decimal AnyNumber() => _random.Next(6) switch
    {
        0 => 0,
        1 => -_random.Next(1, 1000),
        2 => new decimal(_random.Next(), _random.Next(1000), 0, false, 9),
        3 => new decimal(_random.Next(1, 1000), 0, 0, _random.Next(2) == 0, 12),
        4 => _random.NextInt64(1_000_000_000_000),
        _ => _random.Next(100),
    };

    private void AddDerived(string code)
    {
        var numbers = _data.Where(field => field.Category.IsNumeric()).Select(field => field.Code).ToArray();
        var known = numbers.Concat(
            _derived.Where(field => field.Category.IsNumeric()).Select(field => field.Code)).ToArray();
        var texts = _data.Where(field => !field.Category.IsNumeric()).Select(field => field.Code).ToArray();
        var (a, b, t) = (known[_random.Next(known.Length)], Any(numbers), Any(texts));
        switch (_random.Next(8))
        {
            case 0:
                Add(DataFieldCategory.Measure, $"{a} + {b}", row => Cell.Of(row[a].Number + row[b].Number));
                break;
            case 1:
                Add(DataFieldCategory.Cost, $"{a} * 3 - {b}", row => Cell.Of(row[a].Number * 3 - row[b].Number));
                break;
            case 2:
                Add(DataFieldCategory.Measure, $"{b} > 10 ? {a} : null",
                    row => Cell.Of(row[b].Number > 10 ? row[a].Number : null));
                break;
            case 3:
                Add(DataFieldCategory.Income, $"{t} == 'a' ? {b} : 0.5",
                    row => Cell.Of(row[t].Text == "a" ? row[b].Number : 0.5m));
                break;
            case 4:
                Add(DataFieldCategory.Measure, $"isnull({a}, 7) / 4", row => Cell.Of((row[a].Number ?? 7) / 4));
                break;
            case 5:
                // Fails where the divisor is 0: then there is no value.
                Add(DataFieldCategory.Measure, $"8 / ({b} > 10 ? 2 : 0)",
                    row => Cell.Of(row[b].Number > 10 ? 4m : null));
                break;
            case 6:
                Add(DataFieldCategory.What, $"{t} + '-x'", row => Cell.Of(Fitting(row[t].Text + "-x")));
                break;
            default:
                Add(DataFieldCategory.Where, $"{b} >= 0 ? 'plus' : null",
                    row => Cell.Of(row[b].Number >= 0 ? "plus" : null));
                break;
        }

        void Add(DataFieldCategory category, string calculation, Func<Dictionary<string, Cell>, Cell> formula)
        {
            _derived.Add(new DerivedField
            {
                Category = category,
                Code = code,
                Name = code,
                Unit = category.IsNumeric() ? "1" : null,
                Calculation = calculation,
            });
            _formulas.Add(formula);
        }
    }

    // A derived text of more than 256 characters is no value.
    private static string? Fitting(string text) => text.Length <= 256 ? text : null;

    private string Any(string[] codes) => codes[_random.Next(codes.Length)];

    private string[] Codes(Func<DataFieldCategory, bool> isWanted) =>
    [
        .. Meter.DataFields.Concat(Meter.DerivedFields).Where(field => isWanted(field.Category))
            .Select(field => field.Code),
    ];

    private static DataField Data(string code, DataFieldCategory category) =>
        new() { Category = category, Code = code, Name = code, Unit = category.IsNumeric() ? "1" : null };
}

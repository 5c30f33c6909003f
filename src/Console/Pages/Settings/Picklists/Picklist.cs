using System.Text.Json.Nodes;
using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.Picklists;

/// <summary>A list of values to choose from elsewhere, such as credit reasons.</summary>
/// <param name="Title">Its title.</param>
/// <param name="One">An entry: "credit reason".</param>
/// <param name="Path">The last part of its address: <c>credit-reasons</c>.</param>
/// <param name="Resource">The path of its API: <c>picklists/creditreasons</c>.</param>
/// <param name="State">What it is for.</param>
public abstract record Picklist(string Title, string One, string Path, string Resource, string State)
{
    /// <summary>The component that shows its entries.</summary>
    public abstract Type ListPart { get; }

    /// <summary>The component that edits an entry.</summary>
    public abstract Type FormPart { get; }
}

/// <summary>A list of values to choose from elsewhere.</summary>
/// <typeparam name="T">The type of the entries.</typeparam>
public sealed record Picklist<T>(string Title, string One, string Path, string Resource, string State)
    : Picklist(Title, One, Path, Resource, State) where T : ApiObject
{
    /// <inheritdoc/>
    public override Type ListPart => typeof(PicklistTable<T>);

    /// <inheritdoc/>
    public override Type FormPart => typeof(PicklistForm<T>);

    /// <summary>The table of its entries.</summary>
    public required TableDefinition<T> Table { get; init; }

    /// <summary>The fields of an entry.</summary>
    public required IReadOnlyList<FormField> Fields { get; init; }

    /// <summary>Reads an entry.</summary>
    public required Func<OrganizationApi, string, Task<T>> GetAsync { get; init; }

    /// <summary>Creates an entry.</summary>
    public required Func<OrganizationApi, T, Task<T>> CreateAsync { get; init; }

    /// <summary>Changes an entry.</summary>
    public required Func<OrganizationApi, T, Task<T>> UpdateAsync { get; init; }

    /// <summary>Deletes an entry.</summary>
    public required Func<OrganizationApi, string, Task> DeleteAsync { get; init; }

    /// <summary>The name and the code of an entry.</summary>
    internal static (string Name, string? Code) NameOf(T entry)
    {
        var json = JsonNode.Parse(TallystickJson.Serialize(entry))!;
        return ((string?)json["name"] ?? "", (string?)json["code"]);
    }
}

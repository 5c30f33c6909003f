using Microsoft.AspNetCore.Components;

namespace Tallystick.Console.Components;

/// <summary>The table of all plain lists: what is special about one is its columns.</summary>
public sealed partial class ResourceTable<T>
{
    /// <summary>What the rows are, such as "Accounts".</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>The rows of this page.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<T> Rows { get; set; }

    /// <summary>The columns.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<Column<T>> Columns { get; set; }

    /// <summary>The address of a row's own page; its link is in the first column.</summary>
    [Parameter]
    public Func<T, string>? Href { get; set; }

    /// <summary>What the thing is for, and the next step; shown when there are no rows.</summary>
    [Parameter]
    public RenderFragment? Empty { get; set; }

    private static string? ClassOf(Column<T> column) => column.Kind switch
    {
        ColumnKind.Number => "num",
        ColumnKind.Code => "code",
        _ => null,
    };

    private RenderFragment Cell(int index, Column<T> column, T row) => builder =>
    {
        var text = column.Text(row);
        if (index == 0 && Href is not null)
        {
            builder.OpenElement(0, "a");
            builder.AddAttribute(1, "href", Href(row));
            builder.AddContent(2, text);
            builder.CloseElement();
        }
        else if (column.Kind == ColumnKind.Status)
        {
            builder.OpenElement(3, "span");
            builder.AddAttribute(4, "class", "status");
            builder.AddAttribute(5, "data-status", text);
            builder.AddContent(6, text);
            builder.CloseElement();
        }
        else
        {
            builder.AddContent(7, text);
        }
        if (column.Kind == ColumnKind.Code)
            AddCopyButton(builder, text);
    };

    private static void AddCopyButton(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder, string text)
    {
        builder.OpenElement(8, "button");
        builder.AddAttribute(9, "type", "button");
        builder.AddAttribute(10, "class", "copy");
        builder.AddAttribute(11, "data-copy", text);
        builder.AddAttribute(12, "aria-label", $"Copy {text}");
        builder.AddContent(13, "Copy");
        builder.CloseElement();
    }
}

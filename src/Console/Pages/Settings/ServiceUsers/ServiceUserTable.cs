using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.ServiceUsers;

/// <summary>The table and the form of service users.</summary>
internal static class ServiceUserTable
{
    internal static TableDefinition<ServiceUser> Definition { get; } = new()
    {
        Name = "service-users",
        Operation = "GET serviceusers",
        Load = query => query.Api.Client.ServiceUsers.ListAsync(query.PageSize),
        Key = user => user.Id,
        Page = user => $"settings/service-users/{user.Id}",
        Columns = new Columns<ServiceUser>()
            .Text("Name", user => user.Name)
            .Time("Created", user => user.DtCreated)
            .Time("Secrets refused", user => user.DtSecretsRefused).Extra()
            .Code("Id", user => user.Id),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        new("name", "Name")
        {
            IsRequired = true,
            MaxLength = 200,
            Hint = "The program that will use it, such as “Usage collector”.",
        },
    ];
}

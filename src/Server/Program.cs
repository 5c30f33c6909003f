using Tallystick.Server.Hosting;

return await ServerHost.RunAsync(args);
